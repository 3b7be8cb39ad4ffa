// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"

#include "daemon/store/codec.h"
#include "daemon/store/neighbourhood.h"
#include "lib/base/limits.h"

#include <string_view>

namespace loquet::store {

using model::AttemptCounters;
using model::Counter;
using model::Digest;

namespace {

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
    const auto of_account = txn.get(Table::attempts, Key(identity));
    const auto of_stranger = txn.get(Table::strangers, Key(identity));
    if (of_account) {
        return decode_attempts(*of_account);
    }
    return of_stranger ? decode_attempts(*of_stranger) : AttemptCounters{};
}

void CountersTable::put_attempts(WriteTxn& txn, const Digest& identity, Whose whose, const AttemptCounters& counters) {
    const Key key(identity);
    if (whose == Whose::account) {
        txn.erase(Table::strangers, key);
        txn.put(Table::attempts, key, encode(counters, txn.stored(Table::attempts, key)));
        return;
    }
    strangers.make_room(txn, Table::strangers, identity, weight_of_attempts);
    txn.put(Table::strangers, key, encode(counters, txn.stored(Table::strangers, key)));
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
    txn.erase(Table::attempts, Key(identity));
    txn.erase(Table::strangers, Key(identity));
}

Counter CountersTable::seat(const ReadTxn& txn, const Digest& seat) {
    const auto record = txn.get(Table::seats, Key(seat));
    return record ? decode_counter(*record) : Counter{};
}

void CountersTable::put_seat(WriteTxn& txn, const Digest& seat, const Counter& counter) {
    seats.make_room(txn, Table::seats, seat, decode_counter);
    txn.put(Table::seats, Key(seat), encode(counter, txn.stored(Table::seats, Key(seat))));
}

Counter CountersTable::site(const ReadTxn& txn) {
    const auto record = txn.get(Table::meta, Key(site_key));
    return record ? decode_counter(*record) : Counter{};
}

void CountersTable::put_site(WriteTxn& txn, const Counter& counter) {
    txn.put(Table::meta, Key(site_key), encode(counter, txn.stored(Table::meta, Key(site_key))));
}

} // namespace loquet::store
