// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/environment.h"

#include "lib/base/error.h"

#include <sys/stat.h>

#include <algorithm>
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

} // namespace

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
    for (std::size_t i = 0; i < table_names.size(); ++i) {
        const std::string name(table_names.at(i));
        const int code = mdb_dbi_open(txn.get(), name.c_str(), make ? MDB_CREATE : 0U, &opened.tables.at(i));
        if (code == MDB_NOTFOUND) {
            opened.complete = false;
            continue;
        }
        check(code, "cannot open the table \"" + name + "\"");
        opened.has_meta = opened.has_meta || i == index_of(Table::meta);
    }
    check(mdb_txn_commit(txn.release()), "cannot make the tables");
}

void Environment::take_snapshot(Opened& opened) {
    opened.snapshot.reset(begin_raw(opened.env.get(), nullptr, MDB_RDONLY, "cannot read the store"));
}

MDB_txn* Environment::snapshot() const {
    if (!opened_.snapshot) {
        throw Error(Error::Kind::unavailable, "the store could not be mapped again after it grew; free memory");
    }
    return opened_.snapshot.get();
}

TxnHandle Environment::begin(MDB_txn* parent) {
    return TxnHandle(begin_raw(opened_.env.get(), parent, 0, "cannot write the store"));
}

void Environment::commit(TxnHandle txn) {
    check(mdb_txn_commit(txn.release()), "cannot write the store");
    const std::lock_guard lock(snapshot_mutex_);
    mdb_txn_reset(opened_.snapshot.get());
    check(mdb_txn_renew(opened_.snapshot.get()), "cannot read the store");
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
    if (mdb_env_set_mapsize(opened_.env.get(), room) != MDB_SUCCESS) {
        Opened again = open_as_possible(); // without room for a larger map the old one may be gone, too
        std::swap(opened_, again);
        throw Error(Error::Kind::unavailable, "there is no memory to map a larger store");
    }
    take_snapshot(opened_);
}

void Environment::reopen() {
    Opened again = open(false);
    const std::lock_guard lock(snapshot_mutex_);
    std::swap(opened_, again);
}

void Environment::make_tables() {
    const std::lock_guard lock(snapshot_mutex_);
    opened_.snapshot.reset();
    open_tables(opened_, true);
    take_snapshot(opened_);
}

} // namespace loquet::store
