// SPDX-License-Identifier: LGPL-2.1-or-later
// What the directory may say to the processes that ask for names, root's among them. Its writer, loquetd, is not root;
// an attacker who takes it over writes any file they like, with right digests. These rules are what then still stands
// between that file and root: nobody of the directory is a system user, is in a group that owns the machine, is called
// like one, or smuggles a line into a list of accounts. Text is looked at sixteen bytes at a time: every answer's text
// comes by here, with instructions that every machine has and no dispatch. Pure functions of values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace loquet::nss {

using Block [[gnu::vector_size(16)]] = unsigned char;
constexpr std::size_t block_bytes = sizeof(Block);

[[nodiscard]] inline Block load_block(const char* from) noexcept {
    Block block;
    std::memcpy(&block, from, sizeof block);
    return block;
}

[[nodiscard]] inline Block smaller_of(Block a, Block b) noexcept {
    return a < b ? a : b;
}

/// A bit of one of them is set.
[[nodiscard]] inline bool any(Block block) noexcept {
    using Halves [[gnu::vector_size(16)]] = std::uint64_t;
    const auto halves = Halves(block);
    return (halves[0] | halves[1]) != 0;
}

/// All bytes of a string of 1 to 16, some of them more than once, and none beside it.
[[nodiscard]] inline Block all_of_short(const char* string, std::size_t size) noexcept {
    const auto from_ends = [&]<class Part>(Part /*type*/) {
        Part first = 0;
        Part last = 0;
        std::memcpy(&first, string, sizeof first);
        std::memcpy(&last, string + size - sizeof last, sizeof last);
        using Parts [[gnu::vector_size(16)]] = Part;
        Parts parts = Parts{} + first;
        parts[1] = last;
        return Block(parts);
    };
    if (size >= sizeof(std::uint64_t)) {
        return from_ends(std::uint64_t{});
    }
    if (size >= sizeof(std::uint32_t)) {
        return from_ends(std::uint32_t{});
    }
    Block block = Block{} + static_cast<unsigned char>(string[0]);
    block[1] = static_cast<unsigned char>(string[size / 2]);
    block[2] = static_cast<unsigned char>(string[size - 1]);
    return block;
}

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

/// A number that a person or a group of the directory can have. Debian policy 9.2.2 keeps 0 to 999 for the system and
/// 65534 for nobody; 65535 and 4294967295 are -1 in 16 and 32 bits, which setuid(2) and chown(2) take for "leave it".
[[nodiscard]] constexpr bool is_ordinary_id(std::uint32_t id) noexcept {
    return id >= 1000 && id != 65534 && id != 65535 && id != 0xFFFFFFFF;
}

/// A group that a person of the directory may be in beside their own. Of the static groups of Debian policy 9.2.2 these
/// are the ones that the installer gives to people at a desktop: dialout, cdrom, floppy, audio, dip, video,
/// plugdev, users. The others are ways to root (disk, shadow, sudo, staff, kmem ...) or to what other people wrote
/// (adm, mail, backup ...). From 101 to 999 numbers are given out as packages are installed, and none tells `netdev`
/// from `docker`, which is as good as root; who is to be in such a group is said in /etc/group.
[[nodiscard]] constexpr bool may_join(std::uint32_t gid) noexcept {
    constexpr std::array<std::uint32_t, 8> desktop{20, 24, 25, 29, 30, 44, 46, 100};
    return is_ordinary_id(gid) || std::ranges::find(desktop, gid) != desktop.end();
}

/// Copies strings, each with its NUL, and says whether passwd(5) (or with ',' group(5)) could hold them: none has a
/// colon, a line end or another control character, which would become a field or a line of its own where /etc/passwd is
/// made from a list of accounts. What is looked at is what was copied.
[[nodiscard]] inline bool copy_line(std::string_view strings, char* target, unsigned char separator) noexcept {
    constexpr Block largest = Block{} + 0xFF;
    Block least_control = largest; // of all bytes less one: NUL, which may be there, becomes the largest
    Block least_apart = largest;   // 0 where one of those came by that are looked for one by one
    const auto look_at = [&](Block block) {
        least_control = smaller_of(least_control, block - 1);
        const Block apart = smaller_of(smaller_of(block ^ separator, block ^ ':'), block ^ 0x7F);
        least_apart = smaller_of(least_apart, apart);
    };
    const auto copy = [&](std::size_t at) {
        const Block block = load_block(strings.data() + at);
        std::memcpy(target + at, &block, sizeof block);
        look_at(block);
    };
    if (strings.size() >= block_bytes) {
        const std::size_t last = strings.size() - block_bytes;
        for (std::size_t at = 0; at < last; at += block_bytes) {
            copy(at);
        }
        copy(last); // some of it a second time
    } else if (!strings.empty()) {
        std::memcpy(target, strings.data(), strings.size());
        look_at(all_of_short(target, strings.size()));
    }
    return !any(Block((least_control < 0x1F) | (least_apart == 0)));
}

} // namespace loquet::nss
