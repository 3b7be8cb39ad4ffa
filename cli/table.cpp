// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/table.h"

#include "lib/base/text.h"

#include <locale.h>

#include <algorithm>
#include <cwchar>
#include <numeric>

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

} // namespace loquet::cli
