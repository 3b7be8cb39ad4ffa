// SPDX-License-Identifier: LGPL-2.1-or-later
// The store: LMDB, opened by one process, written by one thread. The owner's thread is "the loop": it constructs,
// reads, queues writes and destroys. Every value is sealed (sealing.h), every write is durable before anybody hears of
// it. Tables: tables.h, public_accounts.h, accounts_table.h, counters_table.h, steps_table.h, outbox_table.h,
// tickets_table.h, identifiers_table.h, meta_table.h, daemon/audit/audit_log.h.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/environment.h"
#include "daemon/store/events.h"
#include "daemon/store/sealing.h"
#include "daemon/store/transaction.h"
#include "lib/base/function.h"
#include "lib/base/limits.h"
#include "lib/base/task.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

namespace loquet::store {

class WriteQueue;

struct Settings {
    std::string folder; ///< made (0700) where it is missing; nobody else may read it
    std::size_t largest_map = limits::store_bytes;
    std::size_t longest_queue = limits::queued_writes;
};

/// Reads the store on a thread that is not the loop's, for work that takes long: a slice at a time. The store has one
/// snapshot for all (environment.h), so a transaction that stayed open would stand in the way of the writer: while a
/// slice is read, commits and the loop's own reads wait. Keep it below a millisecond. Two slices see different states.
class SnapshotReader {
public:
    /// Made on the loop, then used by one thread. The environment outlives it.
    SnapshotReader(Environment& environment, Sealer sealer) : environment_(environment), sealer_(std::move(sealer)) {}

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

class Store {
public:
    /// What is to be written. Runs on the writer thread, may run more than once and touches nothing but its transaction
    /// and what it captured; what it throws undoes its own writes only.
    using Work = base::Function<void(WriteTxn&)>;

    /// Opens the store, makes it where the folder is empty, migrates an older schema. Throws Error: `conflict` (another
    /// process has it, or a newer loquetd wrote it), `denied` (wrong key, or a folder others can read), `unavailable`,
    /// `corrupt`. A file system that is read-only opens a store for reading. Futures complete through `loop`.
    Store(Settings settings, const MasterKey& key, base::Executor& loop);
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    /// Loop thread. Commits what is queued (or fails it), then ends the writer. Open futures complete by jobs that are
    /// already posted to the loop and do not need the store.
    ~Store();

    /// Loop thread. `fn(const ReadTxn&)` sees the last durable state, returns a value and keeps nothing of the
    /// transaction. Never waits for the disk. Reads may nest, and then see the same state.
    template <class Fn>
    auto read(Fn&& fn) const {
        const Reading reading(*this);
        const ReadTxn txn = transaction();
        return std::forward<Fn>(fn)(txn);
    }

    /// Loop thread. Everything queued at one moment becomes one durable commit; the future completes on the loop
    /// after it. Fails with Error `unavailable` when the disk refuses, `busy` when the queue is full, or with what the
    /// work threw. Reads that follow the future see the write. What is queued is written also where nobody waits for
    /// the future any more.
    base::Future<void> write(Work work);

    /// Loop thread, not inside read(). The same, waiting for it: for start-up, command line tools and tests.
    void write_now(Work work);

    /// Loop thread. Keyed hash of what an outsider typed; the same in every run of this store.
    [[nodiscard]] model::Digest digest(DigestKind kind, std::string_view text) const;

    /// Loop thread. The key of a step's instance for an account, or for an identity that is nobody's: 32 bytes, the
    /// same in every run of this store, also under another master key.
    [[nodiscard]] base::SecureBytes step_key(std::string_view instance, model::Uid account) const;
    [[nodiscard]] base::SecureBytes step_key(std::string_view instance, const model::Digest& unknown) const;

    /// Loop thread. Re-wraps the data key, one record; every value stays as it is. Waits for the disk.
    void change_master_key(const MasterKey& key);

    /// Any thread. False after the disk refused a write, until one succeeds again (the writer tries once a second).
    [[nodiscard]] bool writable() const;
    /// Any thread. A sentence for the operator; empty while writable.
    [[nodiscard]] std::string why_unwritable() const;

    /// Loop thread. `told` runs on the loop for each event of that kind (events.h), until the subscription or the store
    /// dies: of a commit once it is durable, in the order of commits, and before the futures of that commit complete.
    template <class Kind>
    Subscription on(base::Function<void(const Kind&)> told) {
        return observe([told = std::move(told)](const Event& event) mutable {
            if (const auto* const wanted = std::get_if<Kind>(&event)) {
                told(*wanted);
            }
        });
    }
    /// The same for events of every kind.
    Subscription observe(Observers::Observer observer);

    /// Loop thread. For reading on a thread of its own; it must not outlive the store.
    [[nodiscard]] SnapshotReader snapshot_reader() const;

    struct Statistics {
        std::uint64_t commits = 0; ///< durable ones
        std::uint64_t writes = 0;  ///< pieces of work in them
        std::uint64_t grown = 0;   ///< how often the map was made larger
    };
    /// Any thread.
    [[nodiscard]] Statistics statistics() const;
    /// Any thread. Pieces of work that the writer has not taken up yet.
    [[nodiscard]] std::size_t queued() const;

private:
    /// Holds the writer off the snapshot while a read runs.
    class Reading {
    public:
        explicit Reading(const Store& store);
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;
        ~Reading();

    private:
        const Store& store_;
    };
    [[nodiscard]] ReadTxn transaction() const;

    std::unique_ptr<Environment> environment_;
    std::unique_ptr<StoreKeys> keys_;
    mutable std::unique_ptr<Sealer> sealer_; ///< the loop's own
    mutable unsigned reading_ = 0;
    std::unique_ptr<WriteQueue> queue_;
};

} // namespace loquet::store
