// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person or a group of the directory may be called (validate.h says against whom). Pure functions of values.
#pragma once

#include "nss_module/simd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loquet::nss {

constexpr std::size_t longest_name = 32; ///< useradd(8)

[[nodiscard]] constexpr bool begins_name(unsigned char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// All of these may stand behind a name's first character.
[[nodiscard]] inline bool go_on_in_name(Block characters) noexcept {
    constexpr unsigned char between_cases = 'a' - 'A'; // one bit
    const Block from_letter = (characters | between_cases) - 'a';
    const Block from_hyphen = characters - '-'; // behind it come '.', '/' and the digits
    constexpr unsigned char letters = 'z' - 'a' + 1;
    constexpr unsigned char up_to_nine = '9' - '-' + 1;
    return !any(
        Block(~((from_letter < letters) | ((from_hyphen < up_to_nine) & (characters != '/')) | (characters == '_'))));
}

/// What useradd(8) and groupadd(8) take for a name: no '-' or '+' in front, which begin an option of a command or an
/// entry of compat mode; no digit in front, which chown(1) and others take for a number; nothing within that separates
/// fields, names or folders, moves a cursor, or looks like another letter.
[[nodiscard]] inline bool is_name(std::string_view text) noexcept {
    static_assert(longest_name == 2 * block_bytes);
    if (text.empty() || text.size() > longest_name || !begins_name(static_cast<unsigned char>(text.front()))) {
        return false;
    }
    if (text.size() <= block_bytes) {
        return go_on_in_name(all_of_short(text.data(), text.size()));
    }
    return go_on_in_name(load_block(text.data()))
           && go_on_in_name(load_block(text.data() + text.size() - block_bytes)); // some of it a second time
}

/// Names that mean power whatever number stands behind them: the users and groups of base-passwd (Debian policy 9.2.2)
/// and `wheel`, as other systems call `sudo`. sudo compares the names of a person's groups with its rules; were group
/// 40000 of the directory called `sudo`, its members would be root by the rule that every Debian ships. A name is
/// looked for in /etc/group first, but who stands behind 40000 is asked of the directory alone. In ascending order.
inline constexpr auto system_names = std::to_array<std::string_view>(
    {"_apt",     "adm",     "audio", "backup", "bin",  "cdrom",  "daemon", "dialout", "dip",     "disk",   "fax",
     "floppy",   "games",   "irc",   "kmem",   "list", "lp",     "mail",   "man",     "news",    "nobody", "nogroup",
     "operator", "plugdev", "proxy", "root",   "sasl", "shadow", "src",    "staff",   "sudo",    "sync",   "sys",
     "tape",     "tty",     "users", "utmp",   "uucp", "video",  "voice",  "wheel",   "www-data"});
static_assert(std::ranges::is_sorted(system_names));

namespace by_letter {

constexpr char first = '_';
constexpr std::size_t letters = 'z' - first + 1;

/// Where the names of each letter begin in `system_names`, and behind the last letter their number.
inline constexpr auto begins = [] {
    std::array<std::uint8_t, letters + 1> places{};
    for (const std::string_view name : system_names) {
        for (std::size_t behind = static_cast<std::size_t>(name.front() - first) + 1; behind < places.size();
             ++behind) {
            ++places[behind];
        }
    }
    return places;
}();

} // namespace by_letter

constexpr std::size_t longest_system_name = std::ranges::max(system_names, {}, &std::string_view::size).size();

/// Asked of every answer, so it looks at the few names of one letter, and at none where all are shorter.
[[nodiscard]] constexpr bool is_system_name(std::string_view name) noexcept {
    if (name.size() > longest_system_name) {
        return false;
    }
    const auto letter = name.empty() ? by_letter::letters : static_cast<std::size_t>(name.front() - by_letter::first);
    if (letter >= by_letter::letters) {
        return false;
    }
    for (std::size_t i = by_letter::begins[letter]; i < by_letter::begins[letter + 1]; ++i) {
        if (system_names[i] == name) {
            return true;
        }
    }
    return false;
}

[[nodiscard]] inline bool may_be_called(std::string_view name) noexcept {
    return is_name(name) && !is_system_name(name);
}

} // namespace loquet::nss
