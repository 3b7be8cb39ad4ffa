// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives numbers that nobody on the machine has, neither as a UID nor as a GID: for accounts and for groups. Loop
// thread.
#pragma once

#include "daemon/accounts/name_service.h"
#include "daemon/model/ids.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/task.h"

#include <functional>

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

} // namespace loquet::accounts
