// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/store/lmdb_faults.h"

#include <lmdb.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <set>

namespace loquet::store {

namespace {

/// What fails, and how often it still does.
struct FaultPlan {
    std::atomic<int> code{MDB_SUCCESS};
    std::atomic<int> left{0};
    std::atomic<std::size_t> bytes{0};

    void set(int with_code, int times, std::size_t at_least = 0) {
        code = with_code;
        bytes = at_least;
        left = times;
    }
    bool takes_one() {
        int now = left;
        while (now != 0 && !left.compare_exchange_weak(now, now == LmdbFaults::always ? now : now - 1)) {
        }
        return now != 0;
    }
};

FaultPlan renewals;
FaultPlan snapshots;
FaultPlan puts;
FaultPlan commits;
FaultPlan large_commits;
std::atomic<bool> holds_large{false}; ///< the transaction that is open for writing
FaultPlan nested_begins;
FaultPlan nested_commits;
FaultPlan growth;

std::mutex nested_mutex;
std::set<const MDB_txn*> nested; ///< transactions that have a parent

} // namespace

LmdbFaults::~LmdbFaults() {
    fail_nothing();
}

void LmdbFaults::fail_renewals(int code, int times) {
    renewals.set(code, times);
}

void LmdbFaults::fail_snapshots(int code, int times) {
    snapshots.set(code, times);
}

void LmdbFaults::fail_puts(int code, std::size_t bytes, int times) {
    puts.set(code, times, bytes);
}

void LmdbFaults::fail_commits(int code, int times) {
    commits.set(code, times);
}

void LmdbFaults::fail_large_commits(int code, std::size_t bytes) {
    large_commits.set(code, always, bytes);
}

void LmdbFaults::fail_growth(int code, int times) {
    growth.set(code, times);
}

void LmdbFaults::fail_nested_begins(int code, int times) {
    nested_begins.set(code, times);
}

void LmdbFaults::fail_nested_commits(int code, int times) {
    nested_commits.set(code, times);
}

void LmdbFaults::fail_nothing() {
    for (FaultPlan* plan :
         {&renewals, &snapshots, &puts, &commits, &large_commits, &nested_begins, &nested_commits, &growth}) {
        plan->set(MDB_SUCCESS, 0);
    }
}

extern "C" {

// The linker's names: __wrap_f is called where the store says f, and __real_f is LMDB's.
// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier)
int __real_mdb_txn_renew(MDB_txn* txn);
int __real_mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** out);
int __real_mdb_txn_commit(MDB_txn* txn);
int __real_mdb_env_set_mapsize(MDB_env* env, std::size_t size);
int __real_mdb_put(MDB_txn* txn, MDB_dbi table, MDB_val* key, MDB_val* value, unsigned flags);

int __wrap_mdb_txn_renew(MDB_txn* txn) {
    return renewals.takes_one() ? renewals.code.load() : __real_mdb_txn_renew(txn);
}

int __wrap_mdb_txn_begin(MDB_env* env, MDB_txn* parent, unsigned flags, MDB_txn** out) {
    if ((flags & MDB_RDONLY) != 0 && snapshots.takes_one()) {
        return snapshots.code;
    }
    if (parent != nullptr && nested_begins.takes_one()) {
        return nested_begins.code;
    }
    if ((flags & MDB_RDONLY) == 0 && parent == nullptr) {
        holds_large = false;
    }
    const int code = __real_mdb_txn_begin(env, parent, flags, out);
    if (code == MDB_SUCCESS) {
        const std::lock_guard lock(nested_mutex);
        nested.erase(*out); // one that was aborted had this address
        if (parent != nullptr) {
            nested.insert(*out);
        }
    }
    return code;
}

int __wrap_mdb_txn_commit(MDB_txn* txn) {
    bool is_nested = false;
    {
        const std::lock_guard lock(nested_mutex);
        is_nested = nested.erase(txn) != 0;
    }
    const bool is_large = !is_nested && large_commits.left != 0 && holds_large.exchange(false);
    FaultPlan& plan = is_nested ? nested_commits : (is_large ? large_commits : commits);
    if (plan.takes_one()) {
        mdb_txn_abort(txn);
        return plan.code;
    }
    return __real_mdb_txn_commit(txn);
}

int __wrap_mdb_env_set_mapsize(MDB_env* env, std::size_t size) {
    return growth.takes_one() ? growth.code.load() : __real_mdb_env_set_mapsize(env, size);
}

int __wrap_mdb_put(MDB_txn* txn, MDB_dbi table, MDB_val* key, MDB_val* value, unsigned flags) {
    if (value->mv_size >= puts.bytes && puts.takes_one()) {
        return puts.code;
    }
    if (value->mv_size >= large_commits.bytes) {
        holds_large = true;
    }
    return __real_mdb_put(txn, table, key, value, flags);
}

// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)

} // extern "C"

} // namespace loquet::store
