// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/output.h"

#include "cli/json.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cwchar>
#include <memory>
#include <numeric>
#include <sstream>

namespace loquet::cli {

namespace {

constexpr std::string_view gap = "  ";
constexpr std::string_view ellipsis = "…";
constexpr std::size_t narrowest = 8;

/// wcwidth() knows what lies beyond ASCII only in a UTF-8 locale; what is shown is UTF-8 whatever the user's locale is.
class Utf8Widths {
public:
    Utf8Widths() : mine_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), former_(::uselocale(mine_)) {}
    Utf8Widths(const Utf8Widths&) = delete;
    Utf8Widths& operator=(const Utf8Widths&) = delete;
    ~Utf8Widths() {
        ::uselocale(former_);
        if (mine_ != nullptr) {
            ::freelocale(mine_);
        }
    }
    /// Characters that the library does not know are counted as one cell.
    [[nodiscard]] std::size_t of(char32_t c) const {
        const int width = ::wcwidth(static_cast<wchar_t>(c));
        return width < 0 ? 1 : static_cast<std::size_t>(width);
    }

private:
    locale_t mine_;
    locale_t former_;
};

} // namespace

std::size_t display_width(std::string_view text) {
    const Utf8Widths widths;
    std::size_t cells = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = base::next_code_point(text, at);
        cells += c ? widths.of(*c) : 1;
        at += c ? 0 : 1;
    }
    return cells;
}

std::string cut_to_width(std::string_view text, std::size_t cells) {
    if (display_width(text) <= cells) {
        return std::string(text);
    }
    if (cells == 0) {
        return {};
    }
    const Utf8Widths widths;
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t next = at;
        const auto c = base::next_code_point(text, next);
        const std::size_t width = c ? widths.of(*c) : 1;
        if (used + width > cells - 1) {
            break;
        }
        used += width;
        at = c ? next : at + 1;
    }
    return std::string(text.substr(0, at)).append(ellipsis);
}

Table::Table(Row titles, std::size_t terminal_width)
    : titles_(std::move(titles)), terminal_width_(terminal_width), widths_(titles_.size(), 0) {
    widen(titles_);
}

void Table::widen(const Row& row) {
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        widths_[i] = std::max(widths_[i], display_width(row[i]));
    }
}

std::vector<std::size_t> Table::fitted() const {
    std::vector<std::size_t> widths = widths_;
    if (terminal_width_ == 0 || widths.empty()) {
        return widths;
    }
    std::size_t total = std::accumulate(widths.begin(), widths.end(), gap.size() * (widths.size() - 1));
    while (total > terminal_width_) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= narrowest) {
            break;
        }
        --*widest;
        --total;
    }
    return widths;
}

void Table::append_line(std::string& out, const Row& row, std::span<const std::size_t> widths) const {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string cell = cut_to_width(row[i], widths[i]);
        line += cell;
        if (i + 1 < row.size()) {
            line.append(widths[i] - display_width(cell), ' ').append(gap);
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += terminal_width_ == 0 ? line : cut_to_width(line, terminal_width_);
    out += '\n';
}

std::string Table::lines(std::span<const Row> rows) {
    for (const Row& row : rows) {
        widen(row);
    }
    const std::vector<std::size_t> widths = fitted();
    std::string out;
    if (!titled_) {
        append_line(out, titles_, widths);
        titled_ = true;
    }
    for (const Row& row : rows) {
        append_line(out, row, widths);
    }
    return out;
}

namespace {

constexpr std::size_t usual_width = 80; ///< of a terminal that does not know its own

std::size_t width_of_terminal() {
    if (::isatty(STDOUT_FILENO) == 0) {
        return 0;
    }
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_width;
}

Table::Row titles_of(const Record& record) {
    Table::Row out;
    for (const Field& field : record.fields) {
        out.push_back(field.title);
    }
    return out;
}

Table::Row cells_of(const Record& record) {
    Table::Row out;
    for (const Field& field : record.fields) {
        out.push_back(cell_text(field.value));
    }
    return out;
}

std::string table_text(const std::vector<Record>& records, std::size_t terminal_width) {
    Table table(titles_of(records.front()), terminal_width);
    std::vector<Table::Row> rows;
    rows.reserve(records.size());
    for (const Record& record : records) {
        rows.push_back(cells_of(record));
    }
    return table.lines(rows);
}

} // namespace

Output::Output(Form form, bool paged)
    : form_(form), paged_(paged && form == Form::people), terminal_width_(width_of_terminal()) {}

void Output::write(std::string_view text) {
    base::write_all(pager_ ? pager_->fd() : STDOUT_FILENO, text);
}

void Output::show(const Record& record) {
    if (form_ == Form::program) {
        write(json_text(record) + '\n');
        return;
    }
    std::size_t widest = 0;
    for (const Field& field : record.fields) {
        if (!cell_text(field.value).empty()) {
            widest = std::max(widest, display_width(field.title));
        }
    }
    std::string lines;
    std::string tables;
    for (const Field& field : record.fields) {
        if (const auto* nested = std::get_if<std::vector<Record>>(&field.value)) {
            if (!nested->empty()) {
                tables += fmt::format("\n{}:\n{}", field.title, table_text(*nested, terminal_width_));
            }
        } else if (const std::string text = cell_text(field.value); !text.empty()) {
            const std::string padding(widest - display_width(field.title), ' ');
            lines += fmt::format("{}{}: {}\n", padding, field.title, text);
        }
    }
    write(lines + tables);
}

void Output::rows(std::span<const Record> records) {
    if (records.empty()) {
        return;
    }
    if (form_ == Form::program) {
        json_rows(records);
    } else {
        table_rows(records);
    }
    first_row_ = false;
}

void Output::json_rows(std::span<const Record> records) {
    std::string text;
    for (const Record& record : records) {
        text += text.empty() && first_row_ ? "[\n" : ",\n";
        text += json_text(record);
    }
    write(text);
}

void Output::table_rows(std::span<const Record> records) {
    if (!table_) {
        table_.emplace(titles_of(records.front()), terminal_width_);
        if (paged_ && terminal_width_ != 0) {
            pager_ = Pager::start(pager_arguments(std::getenv("PAGER"), has_borrowed_rights()));
        }
    }
    std::vector<Table::Row> cells;
    cells.reserve(records.size());
    for (const Record& record : records) {
        cells.push_back(cells_of(record));
    }
    write(table_->lines(cells));
}

void Output::end_list(std::string_view when_empty) {
    if (form_ == Form::program) {
        write(first_row_ ? "[]\n" : "\n]\n");
    } else if (first_row_) {
        write(fmt::format("{}\n", when_empty));
    }
    if (pager_) {
        pager_->finish();
        pager_.reset();
    }
}

void Output::lines(std::span<const std::string> lines) {
    for (const std::string& line : lines) {
        write(base::printable(line) + '\n');
    }
}

void Output::pass_on(std::span<const std::string> lines) {
    for (const std::string& line : lines) {
        write(line + '\n');
    }
}

void Output::advise(std::span<const std::string> sentences) {
    if (!sentences.empty()) {
        write(fmt::format("\n{}\n", fmt::join(sentences, "\n")));
    }
}

void Output::done(std::string_view sentence, const Record& record) {
    write(form_ == Form::program ? json_text(record) + '\n' : fmt::format("{}\n", sentence));
}

std::vector<std::string> pager_arguments(const char* pager, bool borrowed_rights) {
    std::vector<std::string> out;
    if (pager != nullptr && !borrowed_rights) {
        std::istringstream words{std::string(pager)};
        for (std::string word; words >> word;) {
            out.push_back(word);
        }
    }
    if (out.empty()) {
        out.emplace_back("less");
    }
    return out;
}

bool has_borrowed_rights() {
    return ::geteuid() != ::getuid() || std::getenv("SUDO_UID") != nullptr || std::getenv("PKEXEC_UID") != nullptr;
}

Pager::Pager(base::Fd input, std::unique_ptr<Process> process) noexcept
    : process_(std::move(process)), input_(std::move(input)) {}

std::optional<Pager> Pager::start(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw base::system_error(errno, "opening a pipe to the pager");
    }
    base::Fd reader(ends[0]);
    base::Fd writer(ends[1]);
    try {
        const Process::Redirection input{reader.get(), STDIN_FILENO};
        // F: nothing to page, no pager; R: colours are not written out; S: lines are cut, not folded; K: Ctrl-C leaves.
        const std::vector<std::string> environment{"LESS=FRSXK", "LESSSECURE=1", "LESSCHARSET=utf-8"};
        auto process = std::make_unique<Process>(arguments, environment, std::span(&input, 1));
        std::signal(SIGINT, SIG_IGN); // the key belongs to the pager now
        return Pager(std::move(writer), std::move(process));
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void Pager::finish() {
    input_ = base::Fd();
    process_->wait();
    std::signal(SIGINT, SIG_DFL);
}

} // namespace loquet::cli
