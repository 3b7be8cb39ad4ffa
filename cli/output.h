// SPDX-License-Identifier: LGPL-2.1-or-later
// What a command says: tables through a pager for people, JSON for programs. One thread.
#pragma once

#include "cli/process.h"
#include "cli/value.h"
#include "lib/base/file.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli {

/// Terminal cells that `text` takes (UAX #11 through wcwidth): 2 for wide characters, 0 for combining ones.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// As much of `text` as fits into `cells`, with an ellipsis where something was cut; never splits a character from the
/// marks that combine with it.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t cells);

/// A table that is written in pieces: widths only ever grow, so that a list of a million rows needs the memory of one
/// page. Cells must be printable already (cell_text()).
class Table {
public:
    using Row = std::vector<std::string>;

    /// `terminal_width` 0: not a terminal, nothing is cut.
    Table(Row titles, std::size_t terminal_width);

    /// Lines for `rows`, each of as many cells as there are titles; the first call gives the titles too.
    [[nodiscard]] std::string lines(std::span<const Row> rows);

private:
    void widen(const Row& row);
    /// The widest columns give way first, none below `narrowest`.
    [[nodiscard]] std::vector<std::size_t> fitted() const;
    void append_line(std::string& out, const Row& row, std::span<const std::size_t> widths) const;

    Row titles_;
    std::size_t terminal_width_;
    std::vector<std::size_t> widths_;
    bool titled_ = false;
};

/// The pager's argument list: $PAGER split at blanks, else less. Somebody who borrows another user's rights (sudo,
/// pkexec) gets less whatever the environment says, and LESSSECURE keeps less from starting programs.
[[nodiscard]] std::vector<std::string> pager_arguments(const char* pager, bool borrowed_rights);

/// True in a process started through sudo or pkexec, or set-uid.
[[nodiscard]] bool has_borrowed_rights();

class Pager {
public:
    /// Nothing where the program is missing; then the text goes straight to the terminal.
    static std::optional<Pager> start(const std::vector<std::string>& arguments);

    [[nodiscard]] int fd() const noexcept { return input_.get(); }
    /// Says that no more text comes and waits until the person has read it.
    void finish();

private:
    Pager(base::Fd input, std::unique_ptr<Process> process) noexcept;

    std::unique_ptr<Process> process_; ///< dies after input_, else both would wait for each other
    base::Fd input_;
};

class Output {
public:
    enum class Form { people, program };

    /// `paged`: long lists go through a pager where standard output is a terminal.
    Output(Form form, bool paged);

    /// One thing: "Title: value" lines, or one JSON object. Nested records follow as tables.
    void show(const Record& record);

    /// A list in pieces: any number of rows(), then end_list(). All records have the same fields.
    void rows(std::span<const Record> records);
    void end_list(std::string_view when_empty); ///< the sentence that a person reads in place of an empty table

    /// What was done: a sentence for a person, the record for a program.
    void done(std::string_view sentence, const Record& record);

    /// Text for a person, a line each.
    void lines(std::span<const std::string> lines);

    /// JSON of another program of Loquet, for a program: as it is, a line each.
    void pass_on(std::span<const std::string> lines);

    /// Sentences for a person, set apart from what stands above them.
    void advise(std::span<const std::string> sentences);

    [[nodiscard]] Form form() const noexcept { return form_; }

private:
    void write(std::string_view text);
    void json_rows(std::span<const Record> records);
    void table_rows(std::span<const Record> records);

    Form form_;
    bool paged_;
    std::size_t terminal_width_;
    std::optional<Table> table_;
    std::optional<Pager> pager_;
    bool first_row_ = true;
};

} // namespace loquet::cli
