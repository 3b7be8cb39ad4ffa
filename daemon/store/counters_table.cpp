// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"

#include "daemon/store/neighbourhood.h"
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
using Strangers = TypedTable<Table::strangers, Digest, AttemptCounters, decode_attempts, encode>;
using Seats = TypedTable<Table::seats, Digest, Counter, decode_counter, encode>;

constexpr std::string_view site_key = "site-counter";
constexpr Neighbourhood strangers(limits::counted_strangers / limits::neighbours);
constexpr Neighbourhood seats(limits::counted_seats / limits::neighbours);

/// What gives way: by the counter of the name itself, which locks and counts all its seats.
Counter weight_of_attempts(Bytes record) {
    return decode_attempts(record).account;
}

} // namespace

AttemptCounters CountersTable::attempts(const ReadTxn& txn, const Digest& identity) {
    // Both places are looked at, so that the time does not say which one has it.
    auto of_account = Attempts::get(txn, identity);
    auto of_stranger = Strangers::get(txn, identity);
    if (of_account) {
        return *std::move(of_account);
    }
    return of_stranger ? *std::move(of_stranger) : AttemptCounters{};
}

void CountersTable::put_attempts(WriteTxn& txn, const Digest& identity, Whose whose, const AttemptCounters& counters) {
    if (whose == Whose::account) {
        Strangers::erase(txn, identity);
        Attempts::put(txn, identity, counters);
        return;
    }
    if (IndexTable<Table::names, model::Uid>::get(txn, identity)) {
        return; // somebody got the name while an attempt was judged: what strangers counted is not theirs
    }
    strangers.make_room(txn, Table::strangers, identity, weight_of_attempts);
    Strangers::put(txn, identity, counters);
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
    Strangers::erase(txn, identity);
}

Counter CountersTable::seat(const ReadTxn& txn, const Digest& seat) {
    return Seats::get(txn, seat).value_or(Counter{});
}

void CountersTable::put_seat(WriteTxn& txn, const Digest& seat, const Counter& counter) {
    seats.make_room(txn, Table::seats, seat, decode_counter);
    Seats::put(txn, seat, counter);
}

Counter CountersTable::site(const ReadTxn& txn) {
    const auto record = txn.get(Table::meta, Key(site_key));
    return record ? decode_counter(*record) : Counter{};
}

void CountersTable::put_site(WriteTxn& txn, const Counter& counter) {
    txn.put(Table::meta, Key(site_key), encode(counter, txn.stored(Table::meta, Key(site_key))));
}

} // namespace loquet::store
