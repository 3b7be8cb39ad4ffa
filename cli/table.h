// SPDX-License-Identifier: LGPL-2.1-or-later
// Columns that stay straight whatever script a name is written in: widths are counted in terminal cells, not in bytes.
// One thread.
#pragma once

#include <cstddef>
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

} // namespace loquet::cli
