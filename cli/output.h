// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a command says its results: standard output, as tables for a person or as JSON for a program. Complaints and
// dialogs do not come here. One thread.
#pragma once

#include "cli/pager.h"
#include "cli/table.h"
#include "cli/value.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loquet::cli {

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
