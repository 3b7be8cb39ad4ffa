// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"

#include "daemon/store/record_bytes.h"
#include "daemon/store/transaction.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace loquet::store {

using model::AttemptCounters;
using model::Axis;
using model::Counter;
using model::CounterKey;
using model::Digest;
using records::AttemptsRecord;
using records::CounterRecord;
using records::FailureLockRecord;
using records::KnownPlaceRecord;
using records::PlaceRecord;

namespace {

constexpr std::string_view counter_name = "a counter";
constexpr std::string_view attempts_name = "counters";

Counter from_record(const CounterRecord& record) {
    Counter counter;
    counter.consecutive = record.consecutive();
    counter.since_lock = record.since_lock();
    counter.last_failure = record.last_failure();
    counter.last_success = record.last_success();
    counter.locked_until = record.locked_until();
    counter.disabled = record.disabled();
    counter.pardoned = record.pardoned();
    counter.pardoned_in_a_row = record.pardoned_in_a_row();
    counter.hour = record.hour();
    const auto hours = std::min(counter.failed_in_hour.size(), static_cast<std::size_t>(record.failed_in_hour_size()));
    std::transform(record.failed_in_hour().begin(), record.failed_in_hour().begin() + static_cast<int>(hours),
                   counter.failed_in_hour.begin(),
                   [](std::uint32_t n) { return static_cast<std::uint16_t>(std::min(n, std::uint32_t{UINT16_MAX})); });
    return counter;
}

void into_record(const Counter& counter, CounterRecord& record) {
    record.set_consecutive(counter.consecutive);
    record.set_since_lock(counter.since_lock);
    record.set_last_failure(counter.last_failure);
    record.set_last_success(counter.last_success);
    record.set_locked_until(counter.locked_until);
    record.set_disabled(counter.disabled);
    record.set_pardoned(counter.pardoned);
    record.set_pardoned_in_a_row(counter.pardoned_in_a_row);
    record.set_hour(counter.hour);
    const auto& hours = counter.failed_in_hour;
    const auto end = std::find_if(hours.rbegin(), hours.rend(), [](auto n) { return n != 0; }).base();
    record.mutable_failed_in_hour()->Assign(hours.begin(), end);
}

model::FailureLock from_record(const FailureLockRecord& record) {
    return {record.until(), record.endless(), record.reason()};
}

void into_record(const model::FailureLock& lock, FailureLockRecord& record) {
    record.set_until(lock.until);
    record.set_endless(lock.endless);
    record.set_reason(lock.reason);
}

/// A record from before known places had a list of their own: those where somebody succeeded are known.
void know_places_of_places(AttemptCounters& out) {
    for (const AttemptCounters::Place& place : out.places) {
        if (place.counter.last_success > 0) {
            out.note_success(place.place, place.counter, place.counter.last_success);
        }
    }
}

KnownPlaceRecord take_known(AttemptsRecord& stored, const std::string& place) {
    auto& known = *stored.mutable_known();
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.place() == place; });
    return found == known.end() ? KnownPlaceRecord{} : std::move(*found);
}

void put_known(const AttemptCounters& counters, AttemptsRecord& former, AttemptsRecord& record) {
    for (const AttemptCounters::KnownPlace& known : counters.known) {
        const std::string place = digest_bytes(known.place);
        KnownPlaceRecord& kept = *record.add_known();
        kept = take_known(former, place);
        kept.set_place(place);
        kept.set_days(known.days);
        kept.set_last_day(known.last_day);
        into_record(known.counter, *kept.mutable_counter());
    }
}

/// The stored message of the place where there is one, so that what only a newer loquetd knows of it stays.
PlaceRecord take_place(AttemptsRecord& stored, const std::string& place) {
    auto& places = *stored.mutable_places();
    const auto found = std::find_if(places.begin(), places.end(), [&](const auto& s) { return s.place() == place; });
    return found == places.end() ? PlaceRecord{} : std::move(*found);
}

using Attempts = TypedTable<Table::attempts, Digest, AttemptCounters, decode_attempts, encode>;
using UnknownNames = TypedTable<Table::unknown_names, Digest, AttemptCounters, decode_attempts, encode>;
using Places = TypedTable<Table::places, Digest, Counter, decode_counter, encode>;

constexpr std::array axes{Axis::login, Axis::recovery};

constexpr std::string_view site_key(Axis axis) noexcept {
    return axis == Axis::login ? "site-counter" : "site-counter-recovery";
}
constexpr EvictionBucket unknown_names(limits::counted_unknown_names / limits::bucket_slots);
constexpr EvictionBucket places(limits::counted_places / limits::bucket_slots);

/// What gives way: by the counter of the name itself, which locks and counts all its places.
Counter weight_of_attempts(Bytes record) {
    return decode_attempts(record).account;
}

/// What the record of a counter is found by: of a login the digest itself, of another axis one that is made of it, so
/// that no record says which two are of the same name or place.
Digest record_key(const ReadTxn& txn, const CounterKey& key) {
    return key.axis == Axis::login ? key.digest : txn.digest(DigestKind::recovery, base::as_text(key.digest.bytes));
}

} // namespace

Counter decode_counter(Bytes bytes) {
    return from_record(parse<CounterRecord>(bytes, counter_name));
}

base::SecureBytes encode(const Counter& counter, Bytes stored) {
    auto record = parse<CounterRecord>(stored, counter_name);
    into_record(counter, record);
    return to_bytes(record);
}

AttemptCounters decode_attempts(Bytes bytes) {
    const auto record = parse<AttemptsRecord>(bytes, attempts_name);
    AttemptCounters out;
    out.account = from_record(record.account());
    const auto count = std::min(static_cast<std::size_t>(record.places_size()), limits::places_per_account);
    out.places.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const PlaceRecord& place = record.places(static_cast<int>(i));
        out.places.push_back({digest_from(place.place()), from_record(place.counter()), from_record(place.lock())});
    }
    out.lock = from_record(record.lock());
    const auto places = std::min(static_cast<std::size_t>(record.known_size()), limits::known_places);
    for (std::size_t i = 0; i < places; ++i) {
        const KnownPlaceRecord& known = record.known(static_cast<int>(i));
        out.known.push_back({digest_from(known.place()), from_record(known.counter()), known.days(), known.last_day()});
    }
    if (!record.lists_known() && places == 0) {
        know_places_of_places(out);
    }
    return out;
}

base::SecureBytes encode(const AttemptCounters& counters, Bytes stored) {
    auto record = parse<AttemptsRecord>(stored, attempts_name);
    into_record(counters.account, *record.mutable_account());
    AttemptsRecord former;
    former.mutable_places()->Swap(record.mutable_places());
    former.mutable_known()->Swap(record.mutable_known());
    into_record(counters.lock, *record.mutable_lock());
    for (const auto& [digest, counter, lock] : counters.places) {
        const std::string place = digest_bytes(digest);
        PlaceRecord& kept = *record.add_places();
        kept = take_place(former, place);
        kept.set_place(place);
        into_record(counter, *kept.mutable_counter());
        into_record(lock, *kept.mutable_lock());
    }
    put_known(counters, former, record);
    record.set_lists_known(true);
    return to_bytes(record);
}

std::uint32_t EvictionBucket::set_of(Bytes digest) const noexcept {
    std::uint64_t leading = 0;
    for (std::size_t i = 0; i < 4 && i < digest.size(); ++i) {
        leading = leading << 8U | digest[i];
    }
    return static_cast<std::uint32_t>(leading >> (32U - bits_));
}

void EvictionBucket::make_room(WriteTxn& txn, Table table, const Digest& who, Counter (*weight)(Bytes record)) const {
    if (txn.contains(table, Key(who))) {
        return;
    }
    const std::uint32_t set = set_of(who.bytes);
    Digest first;
    const std::uint64_t start = std::uint64_t{set} << (32U - bits_);
    for (unsigned i = 0; i < 4; ++i) {
        first.bytes.at(i) = static_cast<std::uint8_t>(start >> (24U - 8U * i));
    }
    std::size_t filled = 0;
    std::optional<std::pair<Digest, Counter>> least;
    txn.each(table, Key(first), [&](auto key, auto record) {
        if (key.size() != who.bytes.size() || set_of(key) != set) {
            return false;
        }
        ++filled;
        const Counter counter = weight(record);
        if (!least || model::matters_less(counter, least->second)) {
            least.emplace(Digest{}, counter);
            std::copy(key.begin(), key.end(), least->first.bytes.begin());
        }
        return true;
    });
    if (filled >= limits::bucket_slots && least) {
        txn.erase(table, Key(least->first));
    }
}

AttemptCounters CountersTable::attempts(const ReadTxn& txn, const CounterKey& identity) {
    // Both places are looked at, so that the time does not say which one has it.
    const Digest key = record_key(txn, identity);
    auto of_account = Attempts::get(txn, key);
    auto of_unknown = UnknownNames::get(txn, key);
    if (of_account) {
        return *std::move(of_account);
    }
    return of_unknown ? *std::move(of_unknown) : AttemptCounters{};
}

void CountersTable::put_attempts(WriteTxn& txn, const CounterKey& identity, Whose whose,
                                 const AttemptCounters& counters) {
    const Digest key = record_key(txn, identity);
    if (whose == Whose::account) {
        UnknownNames::erase(txn, key);
        Attempts::put(txn, key, counters);
        return;
    }
    if (IndexTable<Table::names, model::Uid>::get(txn, identity.digest)) {
        return; // somebody got the name while an attempt was judged: what outsiders counted is not theirs
    }
    unknown_names.make_room(txn, Table::unknown_names, key, weight_of_attempts);
    UnknownNames::put(txn, key, counters);
}

void CountersTable::move_attempts(WriteTxn& txn, const Digest& from, const Digest& to) {
    erase_attempts(txn, to);
    for (const Axis axis : axes) {
        const Key former(record_key(txn, {from, axis}));
        if (const auto record = txn.get(Table::attempts, former)) {
            txn.put(Table::attempts, Key(record_key(txn, {to, axis})), *record);
            txn.erase(Table::attempts, former);
        }
    }
}

void CountersTable::erase_attempts(WriteTxn& txn, const Digest& identity) {
    for (const Axis axis : axes) {
        const Digest key = record_key(txn, {identity, axis});
        Attempts::erase(txn, key);
        UnknownNames::erase(txn, key);
    }
}

bool CountersTable::forget_failures(WriteTxn& txn, const Digest& identity) {
    bool forgot = false;
    for (const Axis axis : axes) {
        AttemptCounters counters = attempts(txn, {identity, axis});
        if (counters.forget_failures()) {
            put_attempts(txn, {identity, axis}, Whose::account, counters);
            forgot = true;
        }
    }
    return forgot;
}

Counter CountersTable::place(const ReadTxn& txn, const CounterKey& place) {
    return Places::get(txn, record_key(txn, place)).value_or(Counter{});
}

void CountersTable::put_place(WriteTxn& txn, const CounterKey& place, const Counter& counter) {
    const Digest key = record_key(txn, place);
    places.make_room(txn, Table::places, key, decode_counter);
    Places::put(txn, key, counter);
}

Counter CountersTable::site(const ReadTxn& txn, Axis axis) {
    const auto record = txn.get(Table::meta, Key(site_key(axis)));
    return record ? decode_counter(*record) : Counter{};
}

void CountersTable::put_site(WriteTxn& txn, const Counter& counter, Axis axis) {
    const Key key(site_key(axis));
    txn.put(Table::meta, key, encode(counter, txn.stored(Table::meta, key)));
}

} // namespace loquet::store
