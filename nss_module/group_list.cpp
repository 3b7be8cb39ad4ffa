// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss_module/group_list.h"

#include "lib/base/limits.h"
#include "nss_module/validate.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace loquet::nss {

GroupList::Added GroupList::add(std::span<const std::uint32_t> gids, gid_t skipped) noexcept {
    const std::size_t most = std::min(gids.size(), limits::groups_per_person);
    for (std::size_t i = 0; i < most; ++i) {
        const gid_t gid = gids[i]; // once: the file could change
        if (gid == skipped || !may_join(gid)) {
            continue;
        }
        if (const Added room = make_room(); room != Added::yes) {
            return room;
        }
        list_[used_++] = gid;
    }
    return Added::yes;
}

GroupList::Added GroupList::make_room() noexcept {
    constexpr long first_size = 16;
    if (used_ < size_) {
        return Added::yes;
    }
    if (limit_ > 0 && size_ >= limit_) {
        return Added::full;
    }
    const long wanted = std::max(first_size, 2 * size_);
    const long size = limit_ > 0 ? std::min(limit_, wanted) : wanted;
    void* const list = std::realloc(list_, static_cast<std::size_t>(size) * sizeof(gid_t));
    if (list == nullptr) {
        return Added::out_of_memory;
    }
    list_ = static_cast<gid_t*>(list);
    size_ = size;
    return Added::yes;
}

} // namespace loquet::nss
