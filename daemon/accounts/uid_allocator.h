// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives numbers that nobody on the machine has, neither as a UID nor as a GID: for accounts, and for the groups of
// their organisations. Loop thread.
#pragma once

#include "daemon/accounts/name_service.h"
#include "daemon/model/ids.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/task.h"

#include <cstdint>
#include <functional>
#include <string>

namespace loquet::accounts {

class UidAllocator {
public:
    /// All references outlive this object, which outlives its tasks. `names` is asked on a thread of `lookups`.
    UidAllocator(const store::UidRange& range, store::Store& store, const NameService& names, work::WorkerPool& lookups)
        : range_(range), store_(store), names_(names), lookups_(lookups) {}

    /// Runs `make` with the number, in the durable transaction that gives it; it may run more than once, and what it
    /// throws comes out here. Throws Error: `limited` (no number left), `unavailable` (the disk, or another source of
    /// names).
    using Make = std::function<void(store::WriteTxn&, model::Uid)>;
    [[nodiscard]] base::Task<model::Uid> allocate(Make make);

private:
    base::Task<model::Uid> write(Make make, model::Uid free_number, store::UidRange left);
    base::Task<bool> is_elsewhere(model::Uid number);

    store::UidRange range_;
    store::Store& store_;
    const NameService& names_;
    work::WorkerPool& lookups_;
};

/// A group of the machine for each organisation, made when the first account joins it and never given up: files may
/// belong to it. Loop thread.
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
