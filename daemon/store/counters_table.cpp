// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"

#include "daemon/store/eviction_bucket.h"
#include "daemon/store/typed_table.h"
#include "lib/base/limits.h"

#include <string_view>
#include <utility>

namespace loquet::store {

using model::AttemptCounters;
using model::Counter;
using model::Digest;

namespace {

using Attempts = TypedTable<Table::attempts, Digest, AttemptCounters, decode_attempts, encode>;
using UnknownNames = TypedTable<Table::unknown_names, Digest, AttemptCounters, decode_attempts, encode>;
using Places = TypedTable<Table::places, Digest, Counter, decode_counter, encode>;

constexpr std::string_view site_key = "site-counter";
constexpr EvictionBucket unknown_names(limits::counted_unknown_names / limits::bucket_slots);
constexpr EvictionBucket places(limits::counted_places / limits::bucket_slots);

/// What gives way: by the counter of the name itself, which locks and counts all its places.
Counter weight_of_attempts(Bytes record) {
    return decode_attempts(record).account;
}

} // namespace

AttemptCounters CountersTable::attempts(const ReadTxn& txn, const Digest& identity) {
    // Both places are looked at, so that the time does not say which one has it.
    auto of_account = Attempts::get(txn, identity);
    auto of_unknown = UnknownNames::get(txn, identity);
    if (of_account) {
        return *std::move(of_account);
    }
    return of_unknown ? *std::move(of_unknown) : AttemptCounters{};
}

void CountersTable::put_attempts(WriteTxn& txn, const Digest& identity, Whose whose, const AttemptCounters& counters) {
    if (whose == Whose::account) {
        UnknownNames::erase(txn, identity);
        Attempts::put(txn, identity, counters);
        return;
    }
    if (IndexTable<Table::names, model::Uid>::get(txn, identity)) {
        return; // somebody got the name while an attempt was judged: what outsiders counted is not theirs
    }
    unknown_names.make_room(txn, Table::unknown_names, identity, weight_of_attempts);
    UnknownNames::put(txn, identity, counters);
}

void CountersTable::move_attempts(WriteTxn& txn, const Digest& from, const Digest& to) {
    const auto record = txn.get(Table::attempts, Key(from));
    erase_attempts(txn, to);
    if (record) {
        txn.put(Table::attempts, Key(to), *record);
        txn.erase(Table::attempts, Key(from));
    }
}

void CountersTable::erase_attempts(WriteTxn& txn, const Digest& identity) {
    Attempts::erase(txn, identity);
    UnknownNames::erase(txn, identity);
}

Counter CountersTable::place(const ReadTxn& txn, const Digest& place) {
    return Places::get(txn, place).value_or(Counter{});
}

void CountersTable::put_place(WriteTxn& txn, const Digest& place, const Counter& counter) {
    places.make_room(txn, Table::places, place, decode_counter);
    Places::put(txn, place, counter);
}

Counter CountersTable::site(const ReadTxn& txn) {
    const auto record = txn.get(Table::meta, Key(site_key));
    return record ? decode_counter(*record) : Counter{};
}

void CountersTable::put_site(WriteTxn& txn, const Counter& counter) {
    txn.put(Table::meta, Key(site_key), encode(counter, txn.stored(Table::meta, Key(site_key))));
}

} // namespace loquet::store
