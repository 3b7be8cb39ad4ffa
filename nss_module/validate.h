// SPDX-License-Identifier: LGPL-2.1-or-later
// What the directory may say to the processes that ask for names, root's among them. Its writer, loquetd, is not root;
// whoever takes it over writes whatever file they like, with right digests. These rules are what then still stands
// between that file and root: nobody of the directory is a system user, is in a group that owns the machine, is called
// like one (names.h), or smuggles a line into a list of accounts. Pure functions of values.
#pragma once

#include "nss_module/simd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace loquet::nss {

/// A number that a person or a group of the directory can have. Debian policy 9.2.2 keeps 0 to 999 for the system and
/// 65534 for nobody; 65535 and 4294967295 are -1 in 16 and 32 bits, which setuid(2) and chown(2) take for "leave it".
[[nodiscard]] constexpr bool is_ordinary_id(std::uint32_t id) noexcept {
    return id >= 1000 && id != 65534 && id != 65535 && id != 0xFFFFFFFF;
}

/// A group that a person of the directory may be in beside their own. Of the static groups of Debian policy 9.2.2 these
/// are the ones that the installer gives to whoever sits at a desktop: dialout, cdrom, floppy, audio, dip, video,
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
