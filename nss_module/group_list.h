// SPDX-License-Identifier: LGPL-2.1-or-later
// The list that glibc hands to initgroups_dyn: it is glibc's, from malloc, and grows in place. Nothing that is in it
// already is touched. No exception; the calling thread's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace loquet::nss {

class GroupList {
public:
    enum class Added : std::uint8_t { yes, full, out_of_memory };

    /// `used` of the `size` places of `*list` are taken; there may be `limit` of them, or any number where that is not
    /// above 0. All of them outlive this.
    GroupList(long& used, long& size, gid_t*& list, long limit) noexcept
        : used_(used), size_(size), list_(list), limit_(limit) {}

    /// Those of `gids` that the directory may say (validate.h), but not `skipped`. `full` where the limit cut it off.
    Added add(std::span<const std::uint32_t> gids, gid_t skipped) noexcept;

private:
    [[nodiscard]] Added make_room() noexcept;

    long& used_;
    long& size_;
    gid_t*& list_;
    long limit_;
};

} // namespace loquet::nss
