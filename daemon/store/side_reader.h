// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the store on a thread that is not the loop's, for work that takes long: a slice at a time. The store has one
// snapshot for all (environment.h), so a transaction that stayed open would stand in the way of the writer: while a
// slice is read, commits and the loop's own reads wait. Keep it below a millisecond. Two slices see different states.
#pragma once

#include "daemon/store/environment.h"
#include "daemon/store/sealing.h"
#include "daemon/store/transaction.h"

#include <mutex>
#include <utility>

namespace loquet::store {

class SideReader {
public:
    /// Made on the loop, then used by one thread. The environment outlives it.
    SideReader(Environment& environment, Sealer sealer) : environment_(environment), sealer_(std::move(sealer)) {}

    /// As Store::read, on this thread.
    template <class Fn>
    auto read(Fn&& fn) {
        const std::lock_guard lock(environment_.snapshot_mutex());
        const ReadTxn txn(environment_.snapshot(), environment_.tables(), sealer_);
        return std::forward<Fn>(fn)(txn);
    }

private:
    Environment& environment_;
    Sealer sealer_;
};

} // namespace loquet::store
