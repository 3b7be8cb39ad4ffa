// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes single calls of LMDB fail where a real cause would take gigabytes or luck. The test is linked so that these
// calls of the store come here first (--wrap); what is not to fail goes on to LMDB. Any thread.
#pragma once

#include <cstddef>

namespace loquet::store {

/// One plan at a time; it ends with the object.
class LmdbFaults {
public:
    static constexpr int always = -1;

    LmdbFaults() = default;
    LmdbFaults(const LmdbFaults&) = delete;
    LmdbFaults& operator=(const LmdbFaults&) = delete;
    ~LmdbFaults();

    /// The next `times` renewals of the snapshot.
    static void fail_renewals(int code, int times = always);
    /// The next `times` times that a snapshot is taken anew.
    static void fail_snapshots(int code, int times = always);
    /// The next `times` puts of at least `bytes`.
    static void fail_puts(int code, std::size_t bytes, int times = always);
    /// The next `times` commits; nothing of the transaction is written.
    static void fail_commits(int code, int times = always);
    /// Every commit of a transaction with a put of at least `bytes`; nothing of it is written.
    static void fail_large_commits(int code, std::size_t bytes);
    /// How often the map cannot be made larger.
    static void fail_growth(int code, int times = always);
    /// The next `times` nested transactions that are to begin.
    static void fail_nested_begins(int code, int times = always);
    /// The next `times` commits of a nested transaction; it is aborted, as LMDB does then.
    static void fail_nested_commits(int code, int times = always);
    static void fail_nothing();
};

} // namespace loquet::store
