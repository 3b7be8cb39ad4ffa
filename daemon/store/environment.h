// SPDX-License-Identifier: LGPL-2.1-or-later
// LMDB with one writer thread and one reading thread in one process, and without LMDB's own lock file: its reader table
// is a shared map, which kills the process (SIGBUS) when it is touched on a full or failing disk. In its place stands
// one snapshot, a read transaction that the writer renews, under a mutex, after each durable commit. So a reader never
// waits for the disk, never sees what is not durable, and is never more than one commit behind: LMDB reuses a page at
// the earliest two commits after the one that freed it. Where it cannot be renewed there is none, and the next read
// renews it (and may wait for a commit then): what is durable is never taken for lost because it cannot be read yet.
#pragma once

#include "daemon/store/tables.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"

#include <lmdb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace loquet::store {

using EnvHandle = base::Handle<MDB_env, mdb_env_close>;
using TxnHandle = base::Handle<MDB_txn, mdb_txn_abort>;
using CursorHandle = base::Handle<MDB_cursor, mdb_cursor_close>;

/// The map has no room: the writer grows it and runs the work again. Never leaves daemon/store.
struct MapFull {};

/// The disk or the system refuses to write, and would refuse any other work as well: the store cannot be written.
class DiskRefused : public base::Error {
public:
    explicit DiskRefused(const std::string& why) : Error(Kind::unavailable, why) {}
};

/// The disk, the quota or the largest file has no room for this transaction; it may have for a smaller one. Also where
/// the disk failed: LMDB calls it the same (EIO) when only a part of a write fitted.
class DiskFull : public DiskRefused {
public:
    using DiskRefused::DiskRefused;
};

/// Throws where `code` is not MDB_SUCCESS: MapFull, DiskFull or DiskRefused (is_refused_by_disk), Error `limited` for a
/// transaction that is too large, `unavailable` where there is no memory, `corrupt` for a file that cannot be read.
void check(int code, std::string_view doing);

/// True for a code that says "the disk refuses" rather than "the caller is wrong" or "there is no memory for it".
[[nodiscard]] bool is_refused_by_disk(int code) noexcept;

/// True for a code that says that a transaction has no room for the work: alone in one the work may have.
[[nodiscard]] bool is_lack_of_room(int code) noexcept;

[[nodiscard]] inline MDB_val to_val(std::span<const std::uint8_t> bytes) noexcept {
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; // NOLINT(cppcoreguidelines-pro-type-const-cast)
}
[[nodiscard]] inline std::span<const std::uint8_t> from_val(const MDB_val& value) noexcept {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

using TableHandles = std::array<MDB_dbi, table_specs.size()>;

/// The folder of the store: private, and taken by one process at a time. Held as long as the object lives; the kernel
/// gives it back when the process dies, however that happens.
class Folder {
public:
    /// Makes the folder (0700) where it is missing. Throws Error: `denied` where others may read it, `conflict` where
    /// another process holds it.
    explicit Folder(std::string path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    base::Fd lock_; ///< the folder itself, so that a read-only file system can be locked as well
};

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
    /// Makes it durable, then shows it to readers. Throws what check() throws, after which nothing of it happened.
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
    std::mutex commit_mutex_;   ///< held by the writer in a commit, and by a reader that renews the snapshot
    std::mutex snapshot_mutex_; ///< a reader takes it before commit_mutex_; the writer never has both
    Opened opened_;
};

} // namespace loquet::store
