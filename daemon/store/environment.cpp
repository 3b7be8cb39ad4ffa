// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/environment.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace loquet::store {

using base::Error;

namespace {

constexpr MDB_dbi most_tables = 32; // more than this version has: those of a newer one must not stop the opening

MDB_txn* begin_raw(MDB_env* env, MDB_txn* parent, unsigned flags, std::string_view doing) {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env, parent, flags, &txn), doing);
    return txn;
}

void require_private(int fd, const std::string& path) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        throw base::system_error(errno, "cannot examine " + path);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw Error(Error::Kind::denied, "the folder " + path + " is open to others: chmod 0700 it");
    }
    if (status.st_uid != ::geteuid()) {
        throw Error(Error::Kind::denied, "the folder " + path + " belongs to another user: chown it to loquetd's user");
    }
}

base::Fd open_folder(const std::string& path) {
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        base::make_folder(path, S_IRWXU);
        fd = base::Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    if (!fd) {
        throw base::system_error(errno, "cannot open the store's folder " + path);
    }
    return fd;
}

} // namespace

bool is_refused_by_disk(int code) noexcept {
    // Positive codes are errno; after MDB_PANIC the environment is opened again.
    return (code > 0 && code != ENOMEM) || code == MDB_PANIC;
}

bool is_lack_of_room(int code) noexcept {
    return code == MDB_TXN_FULL || code == ENOMEM;
}

void check(int code, std::string_view doing) {
    if (code == MDB_SUCCESS) {
        return;
    }
    if (code == MDB_MAP_FULL) {
        throw MapFull{};
    }
    const std::string text = std::string(doing) + ": " + mdb_strerror(code);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO) {
        throw DiskFull(text);
    }
    if (is_refused_by_disk(code)) {
        throw DiskRefused(text);
    }
    switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        throw Error(Error::Kind::corrupt, text + "; restore the store from a backup");
    case MDB_TXN_FULL:
        throw Error(Error::Kind::limited, text + "; write less at once");
    case ENOMEM:
        throw Error(Error::Kind::unavailable, text);
    default:
        throw Error(Error::Kind::internal, text);
    }
}

Folder::Folder(std::string path) : path_(std::move(path)), lock_(open_folder(path_)) {
    require_private(lock_.get(), path_);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            throw Error(Error::Kind::conflict, "another loquetd has the store in " + path_
                                                   + " open: stop it, or give this one a folder of its own");
        }
        throw base::system_error(errno, "cannot lock the store's folder " + path_);
    }
}

Environment::Environment(std::string folder, std::size_t largest_map)
    : folder_(std::move(folder)), largest_map_(largest_map), opened_(open_as_possible()) {}

Environment::Opened Environment::open(bool read_only) const {
    const std::string doing = "cannot open the store in " + folder_.path();
    Opened opened;
    MDB_env* env = nullptr;
    check(mdb_env_create(&env), doing);
    opened.env.reset(env);
    opened.read_only = read_only;
    check(mdb_env_set_maxdbs(env, most_tables), doing);
    const unsigned flags = MDB_NOTLS | MDB_NOLOCK | (read_only ? MDB_RDONLY : 0U);
    check(mdb_env_open(env, folder_.path().c_str(), flags, S_IRUSR | S_IWUSR), doing);
    open_tables(opened, false);
    take_snapshot(opened);
    return opened;
}

Environment::Opened Environment::open_as_possible() const {
    try {
        return open(false);
    } catch (const Error& refused) {
        if (refused.kind() != Error::Kind::unavailable) {
            throw;
        }
        try {
            return open(true);
        } catch (const Error&) {
            throw refused; // NOLINT(cert-err60-cpp,misc-throw-by-value-catch-by-reference): the first says more
        }
    }
}

void Environment::open_tables(Opened& opened, bool make) {
    TxnHandle txn(begin_raw(opened.env.get(), nullptr, make ? 0U : unsigned{MDB_RDONLY}, "cannot open the tables"));
    opened.complete = true;
    for (const TableSpec& spec : table_specs) {
        const std::string name(spec.name);
        const int code =
            mdb_dbi_open(txn.get(), name.c_str(), make ? MDB_CREATE : 0U, &opened.tables.at(index_of(spec.table)));
        if (code == MDB_NOTFOUND) {
            opened.complete = false;
            continue;
        }
        check(code, "cannot open the table \"" + name + "\"");
        opened.has_meta = opened.has_meta || spec.table == Table::meta;
    }
    check(mdb_txn_commit(txn.release()), "cannot make the tables");
}

void Environment::take_snapshot(Opened& opened) {
    check(try_snapshot(opened), "cannot read the store");
}

/// Takes a snapshot where there is none, and renews one that was reset. A code of LMDB.
int Environment::try_snapshot(Opened& opened) noexcept {
    int code = MDB_SUCCESS;
    if (!opened.env) {
        code = ENOMEM; // it could not be mapped again
    } else if (!opened.snapshot) {
        MDB_txn* txn = nullptr;
        code = mdb_txn_begin(opened.env.get(), nullptr, MDB_RDONLY, &txn);
        opened.snapshot.reset(code == MDB_SUCCESS ? txn : nullptr);
    } else if (opened.is_stale) {
        code = mdb_txn_renew(opened.snapshot.get());
    }
    opened.is_stale = code != MDB_SUCCESS;
    return code;
}

MDB_txn* Environment::snapshot() {
    if (opened_.is_stale) {
        const std::lock_guard lock(commit_mutex_); // so that no commit changes what it is taken of
        if (const int code = try_snapshot(opened_); code != MDB_SUCCESS) {
            throw Error(Error::Kind::unavailable, std::string("what the store holds is safe, but cannot be read now (")
                                                      + mdb_strerror(code) + "); free memory, or restart loquetd");
        }
    }
    return opened_.snapshot.get();
}

TxnHandle Environment::begin() {
    MDB_txn* txn = nullptr;
    const int code = opened_.env ? mdb_txn_begin(opened_.env.get(), nullptr, 0, &txn) : ENOMEM;
    if (code != MDB_SUCCESS) { // whatever the reason: no work had a part in it
        throw DiskRefused(std::string("cannot write the store: ") + mdb_strerror(code));
    }
    return TxnHandle(txn);
}

TxnHandle Environment::begin_nested(MDB_txn* parent) {
    return TxnHandle(begin_raw(opened_.env.get(), parent, 0, "cannot write the store"));
}

void Environment::commit(TxnHandle txn) {
    {
        const std::lock_guard lock(commit_mutex_);
        check(mdb_txn_commit(txn.release()), "cannot write the store");
    }
    // From here on it is durable, and nothing that fails may say otherwise.
    const std::lock_guard lock(snapshot_mutex_);
    if (!opened_.is_stale) {
        mdb_txn_reset(opened_.snapshot.get());
        opened_.is_stale = true;
    }
    (void)try_snapshot(opened_); // where it fails the next read tries again, and says so
}

void Environment::grow() {
    MDB_envinfo info{};
    check(mdb_env_info(opened_.env.get(), &info), "cannot examine the store");
    if (info.me_mapsize >= largest_map_) {
        throw Error(Error::Kind::unavailable, "the store has reached its limit of " + std::to_string(largest_map_)
                                                  + " bytes; raise the limit or erase accounts");
    }
    const std::size_t room = std::min(info.me_mapsize * 2, largest_map_);
    const std::lock_guard lock(snapshot_mutex_);
    opened_.snapshot.reset(); // LMDB moves the map: nothing may be open in it
    opened_.is_stale = true;
    if (mdb_env_set_mapsize(opened_.env.get(), room) != MDB_SUCCESS) {
        opened_.env.reset(); // without room for a larger map the old one may be gone, too
        try {
            opened_ = open_as_possible();
        } catch (const Error& refused) {
            throw DiskRefused(refused.what());
        }
        throw Error(Error::Kind::unavailable, "there is no memory to map a larger store");
    }
    (void)try_snapshot(opened_); // there is more room; where it fails the next read tries again, and says so
}

void Environment::reopen() {
    try {
        Opened again = open(false);
        const std::lock_guard lock(snapshot_mutex_);
        std::swap(opened_, again);
    } catch (const Error& refused) {
        throw DiskRefused(refused.what());
    }
}

void Environment::make_tables() {
    const std::lock_guard lock(snapshot_mutex_);
    opened_.snapshot.reset();
    open_tables(opened_, true);
    take_snapshot(opened_);
}

} // namespace loquet::store
