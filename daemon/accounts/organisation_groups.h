// SPDX-License-Identifier: LGPL-2.1-or-later
// A group of the machine for each organisation, made when the first account joins it and never given up: files may
// belong to it. Loop thread.
#pragma once

#include "daemon/accounts/name_service.h"
#include "daemon/accounts/uid_allocator.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/task.h"

#include <cstdint>
#include <string>

namespace loquet::accounts {

/// The organisation's canonical id: lower case. Throws Error (invalid) unless it is 1 to 64 of letters, digits, '-',
/// '_' and '.': it becomes a part of a group's name. Pure.
[[nodiscard]] std::string require_organisation(const std::string& organisation);

class OrganisationGroups {
public:
    /// All references outlive this object, which outlives its tasks. `prefix`: of the groups' names.
    OrganisationGroups(std::string prefix, store::Store& store, const NameService& names, work::WorkerPool& lookups,
                       UidAllocator& numbers)
        : prefix_(std::move(prefix)), store_(store), names_(names), lookups_(lookups), numbers_(numbers) {}

    /// The GID of the group, which is made where there is none. `organisation` is canonical. Throws Error: `conflict`
    /// where another source of names has a group of that name, and what UidAllocator throws.
    [[nodiscard]] base::Task<std::uint32_t> join(std::string organisation);

private:
    std::string prefix_;
    store::Store& store_;
    const NameService& names_;
    work::WorkerPool& lookups_;
    UidAllocator& numbers_;
};

} // namespace loquet::accounts
