// SPDX-License-Identifier: LGPL-2.1-or-later
// LMDB with one writer thread and one reading thread in one process, and without LMDB's own lock file: its reader table
// is a shared map, which kills the process (SIGBUS) when it is touched on a full or failing disk. In its place stands
// one snapshot, a read transaction that the writer renews, under a mutex, after each durable commit. So a reader never
// waits for the disk, never sees what is not durable, and is never more than one commit behind: LMDB reuses a page at
// the earliest two commits after the one that freed it. Where it cannot be renewed there is none, and the next read
// renews it (and may wait for a commit then): what is durable is never taken for lost because it cannot be read yet.
#pragma once

#include "daemon/store/folder.h"
#include "daemon/store/lmdb_handle.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <mutex>
#include <string>

namespace loquet::store {

class Environment {
public:
    /// Opens (or makes) data.mdb, read-only where it cannot be written. Throws Error.
    Environment(std::string folder, std::size_t largest_map);

    // --- the reading thread, with the snapshot locked ---
    [[nodiscard]] std::mutex& snapshot_mutex() noexcept { return snapshot_mutex_; }
    /// Renews it where that could not be done after the last commit. Throws Error (unavailable) where it cannot now.
    [[nodiscard]] MDB_txn* snapshot();
    /// Any thread that has the snapshot locked or a write transaction open.
    [[nodiscard]] const TableHandles& tables() const noexcept { return opened_.tables; }

    // --- the writing thread ---
    /// At most one at a time. Throws DiskRefused.
    [[nodiscard]] TxnHandle begin();
    /// At most one at a time of the transaction that begin() gave. Throws Error.
    [[nodiscard]] TxnHandle begin_nested(MDB_txn* parent);
    /// Makes it durable, then shows it to readers. Throws MapFull or DiskRefused, after which nothing of it happened.
    void commit(TxnHandle txn);
    /// Twice the room, after MapFull. Throws Error (unavailable) where there is no more to be had.
    void grow();
    /// After the disk refused: LMDB does not trust an environment that failed to write. Throws DiskRefused while the
    /// file cannot be opened for writing; readers keep what they have.
    void reopen();
    /// False for a store without any table (new), or whose tables are of an older schema.
    [[nodiscard]] bool complete() const noexcept { return opened_.complete; }
    [[nodiscard]] bool has_meta() const noexcept { return opened_.has_meta; }
    [[nodiscard]] bool read_only() const noexcept { return opened_.read_only; }
    /// Makes the tables that are missing.
    void make_tables();

private:
    struct Opened {
        EnvHandle env;
        TableHandles tables{};
        bool read_only = false;
        bool has_meta = false;
        bool complete = false;
        TxnHandle snapshot;    ///< dies before env; none where it could not be taken
        bool is_stale = false; ///< the snapshot was reset, and could not be renewed
    };
    [[nodiscard]] Opened open(bool read_only) const;
    [[nodiscard]] Opened open_as_possible() const;
    static void open_tables(Opened& opened, bool make);
    static void take_snapshot(Opened& opened);
    [[nodiscard]] static int try_snapshot(Opened& opened) noexcept;

    Folder folder_;
    std::size_t largest_map_;
    std::mutex commit_mutex_; ///< held while a commit writes: nobody but the writer takes it unless the snapshot is stale
    std::mutex snapshot_mutex_; ///< taken before commit_mutex_ by a reader, never while it is held by the writer
    Opened opened_;
};

} // namespace loquet::store
