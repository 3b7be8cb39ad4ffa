// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: what a terminal with light text on a dark ground shows of rows of half blocks, as a picture.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_totp {

/// The upper and the lower half of each character, true where it is light.
inline std::vector<std::vector<bool>> halves_of(const std::vector<std::string>& rows) {
    std::vector<std::vector<bool>> lines;
    for (std::string_view row : rows) {
        std::vector<bool> upper;
        std::vector<bool> lower;
        while (!row.empty()) {
            const std::string_view block = row.front() == ' ' ? row.substr(0, 1) : row.substr(0, 3);
            if (block != " " && block != "█" && block != "▀" && block != "▄") {
                throw std::invalid_argument("a row holds another character than a half block");
            }
            upper.push_back(block == "█" || block == "▀");
            lower.push_back(block == "█" || block == "▄");
            row.remove_prefix(block.size());
        }
        lines.push_back(upper);
        lines.push_back(lower);
    }
    return lines;
}

/// A portable grey map (PGM) of it, `scale` dots a half, and some of the dark terminal around it.
inline std::string picture_of(const std::vector<std::string>& rows, std::size_t scale = 4) {
    const auto lines = halves_of(rows);
    const std::size_t margin = 3;
    const std::size_t wide = lines.at(0).size() + 2 * margin;
    const std::size_t high = lines.size() + 2 * margin;
    std::string picture = "P5 " + std::to_string(wide * scale) + ' ' + std::to_string(high * scale) + " 255\n";
    for (std::size_t y = 0; y < high * scale; ++y) {
        for (std::size_t x = 0; x < wide * scale; ++x) {
            const std::size_t line = y / scale;
            const std::size_t column = x / scale;
            const bool inside = line >= margin && line < high - margin && column >= margin && column < wide - margin;
            picture += inside && lines.at(line - margin).at(column - margin) ? '\xDC' : '\x10';
        }
    }
    return picture;
}

} // namespace loquet::plugins_totp
