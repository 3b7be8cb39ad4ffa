// SPDX-License-Identifier: LGPL-2.1-or-later
// Failure counters. Names that nobody has are counted exactly as accounts are, in bounded room: a set of neighbours
// shares its slots, and when they are full the one that matters least gives way (model::matters_less). Stateless; the
// rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/counters.h"
#include "daemon/model/ids.h"
#include "daemon/store/tables.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace loquet::store {

/// Bounded room for counters of names, places and budgets that outsiders can make up: digests with the same leading
/// bits are neighbours and share limits::bucket_slots slots; a newcomer to full slots takes the place of the one that
/// matters least. Digests are keyed, so nobody can choose their neighbours. Stateless.
class EvictionBucket {
public:
    /// `sets`: a power of two, at most 2^32.
    explicit constexpr EvictionBucket(std::size_t sets) noexcept
        : bits_(static_cast<unsigned>(std::bit_width(sets) - 1)) {}

    /// Afterwards `who` can be put without there being more than limits::bucket_slots of its neighbours, itself
    /// included.
    void make_room(WriteTxn& txn, Table table, const model::Digest& who, model::Counter (*weight)(Bytes record)) const;

private:
    [[nodiscard]] std::uint32_t set_of(Bytes digest) const noexcept;
    unsigned bits_; ///< leading bits that neighbours have in common
};

[[nodiscard]] model::AttemptCounters decode_attempts(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::AttemptCounters& counters, Bytes stored);
[[nodiscard]] model::Counter decode_counter(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Counter& counter, Bytes stored);

class CountersTable {
public:
    enum class Whose : std::uint8_t { account, unknown };

    /// Fresh counters where there are none. The digest is that of the canonical name (DigestKind::name), or of what was
    /// typed where that cannot be a name. Looks in both tables, whether an account has the name or not.
    [[nodiscard]] static model::AttemptCounters attempts(const ReadTxn& txn, const model::CounterKey& identity);
    /// Counters of an account are kept until it is erased; an outsider's may give way later. What an identity had as a
    /// outsider ends when it is put as an account.
    static void put_attempts(WriteTxn& txn, const model::CounterKey& identity, Whose whose,
                             const model::AttemptCounters& counters);
    /// An account got another name: what its former name had counted goes along on every axis, in place of what an
    /// outsider had.
    static void move_attempts(WriteTxn& txn, const model::Digest& from, const model::Digest& to);
    /// On every axis.
    static void erase_attempts(WriteTxn& txn, const model::Digest& identity);
    /// Ends every lock and forgets every failure on every axis, as model::AttemptCounters does. False where there was
    /// nothing to forget.
    static bool forget_failures(WriteTxn& txn, const model::Digest& identity);

    /// The digest is one of DigestKind::place.
    [[nodiscard]] static model::Counter place(const ReadTxn& txn, const model::CounterKey& place);
    static void put_place(WriteTxn& txn, const model::CounterKey& place, const model::Counter& counter);

    [[nodiscard]] static model::Counter site(const ReadTxn& txn, model::Axis axis = model::Axis::login);
    static void put_site(WriteTxn& txn, const model::Counter& counter, model::Axis axis = model::Axis::login);
};

} // namespace loquet::store
