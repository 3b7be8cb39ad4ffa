// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

namespace loquet::store {
namespace {

using model::AttemptCounters;
using model::Digest;
using Whose = CountersTable::Whose;

/// Digests of one set, and of the next where `set` differs.
Digest neighbour(std::uint8_t number, std::uint8_t set = 0x40) {
    Digest digest;
    digest.bytes.front() = set;
    digest.bytes.back() = number;
    return digest;
}

class ACountersTable : public StoreFixture {
protected:
    void put(const Digest& who, Whose whose, const AttemptCounters& counters) {
        write([&](WriteTxn& txn) { CountersTable::put_attempts(txn, who, whose, counters); });
    }
    [[nodiscard]] AttemptCounters attempts(const Digest& who) const {
        return read([&](const ReadTxn& txn) { return CountersTable::attempts(txn, who); });
    }
    [[nodiscard]] AttemptCounters recoveries(const Digest& who) const {
        return read([&](const ReadTxn& txn) { return CountersTable::attempts(txn, {who, model::Axis::recovery}); });
    }
    void put_recoveries(const Digest& who, Whose whose, const AttemptCounters& counters) {
        write([&](WriteTxn& txn) { CountersTable::put_attempts(txn, {who, model::Axis::recovery}, whose, counters); });
    }
    [[nodiscard]] std::size_t count(Table table) const {
        return read([&](const ReadTxn& txn) { return txn.count(table); });
    }
};

AttemptCounters full_counters() {
    AttemptCounters counters;
    counters.account = {.consecutive = 3,
                        .since_lock = 2,
                        .last_failure = 1000,
                        .last_success = 900,
                        .locked_until = 5000,
                        .disabled = true,
                        .pardoned = 6,
                        .hour = 77,
                        .failed_in_hour = {1, 2, 0, 4},
                        .pardoned_in_a_row = 2};
    counters.account.failed_in_hour.back() = UINT16_MAX;
    counters.set_place(neighbour(1), failures(1));
    counters.set_place(neighbour(2), failures(2));
    return counters;
}

TEST_F(ACountersTable, KeepsEveryFieldOverARestart) {
    put(neighbour(9), Whose::account, full_counters());
    put(neighbour(8), Whose::unknown, full_counters());
    reopen();
    EXPECT_EQ(attempts(neighbour(9)), full_counters());
    EXPECT_EQ(attempts(neighbour(8)), full_counters());
    EXPECT_EQ(attempts(neighbour(7)), AttemptCounters{});
}

TEST_F(ACountersTable, KeepsPlacesAndTheSite) {
    write([](WriteTxn& txn) {
        CountersTable::put_place(txn, neighbour(1), failures(5));
        CountersTable::put_site(txn, failures(600));
    });
    reopen();
    read([](const ReadTxn& txn) {
        EXPECT_EQ(CountersTable::place(txn, neighbour(1)), failures(5));
        EXPECT_EQ(CountersTable::place(txn, neighbour(2)), model::Counter{});
        EXPECT_EQ(CountersTable::site(txn), failures(600));
        return 0;
    });
}

TEST_F(ACountersTable, KeepsEachAxisApart) {
    put(neighbour(9), Whose::account, {failures(1), {}});
    put_recoveries(neighbour(9), Whose::account, full_counters());
    write([](WriteTxn& txn) {
        CountersTable::put_place(txn, {neighbour(1), model::Axis::recovery}, failures(5));
        CountersTable::put_site(txn, failures(6), model::Axis::recovery);
    });
    reopen();
    EXPECT_EQ(attempts(neighbour(9)).account, failures(1));
    EXPECT_EQ(recoveries(neighbour(9)), full_counters());
    read([](const ReadTxn& txn) {
        EXPECT_EQ(CountersTable::place(txn, neighbour(1)), model::Counter{});
        EXPECT_EQ(CountersTable::place(txn, {neighbour(1), model::Axis::recovery}), failures(5));
        EXPECT_EQ(CountersTable::site(txn), model::Counter{});
        EXPECT_EQ(CountersTable::site(txn, model::Axis::recovery), failures(6));
        return 0;
    });
}

TEST_F(ACountersTable, T16_BoundsWhatOutsidersTryOnBothAxesTogether) {
    for (std::uint32_t batch = 0; batch < 200'000; batch += 10'000) {
        write([&](WriteTxn& txn) {
            for (std::uint32_t i = batch; i < batch + 10'000; ++i) {
                const auto name = txn.digest(DigestKind::identity, std::to_string(i));
                const auto axis = i % 2 == 0 ? model::Axis::login : model::Axis::recovery;
                CountersTable::put_attempts(txn, {name, axis}, Whose::unknown, {failures(1, i), {}});
            }
        });
    }
    EXPECT_LE(count(Table::unknown_names), limits::counted_unknown_names);
    EXPECT_GT(count(Table::unknown_names), limits::counted_unknown_names * 3 / 4);
}

TEST_F(ACountersTable, ErasesEveryAxis) {
    for (const Whose whose : {Whose::account, Whose::unknown}) {
        put(neighbour(9), whose, {failures(1), {}});
        put_recoveries(neighbour(9), whose, {failures(2), {}});
    }
    write([](WriteTxn& txn) { CountersTable::erase_attempts(txn, neighbour(9)); });
    EXPECT_EQ(count(Table::attempts), 0U);
    EXPECT_EQ(count(Table::unknown_names), 0U);
}

TEST_F(ACountersTable, ForgetsFailuresOnEveryAxisOnce) {
    const auto forget = [&] {
        bool forgot = false;
        write([&](WriteTxn& txn) { forgot = CountersTable::forget_failures(txn, neighbour(9)); });
        return forgot;
    };
    EXPECT_FALSE(forget());
    put_recoveries(neighbour(9), Whose::account, {failures(5), {}});
    EXPECT_TRUE(forget()) << "also where nothing failed at the login";
    EXPECT_EQ(recoveries(neighbour(9)), AttemptCounters{});
    EXPECT_FALSE(forget());
}

TEST_F(ACountersTable, HasRoomForEveryNeighbourUpToTheLimitAndMakesTheLeastGiveWayBeyondIt) {
    for (std::uint8_t i = 0; i < limits::bucket_slots; ++i) {
        put(neighbour(i), Whose::unknown, {failures(10U + i), {}});
    }
    EXPECT_EQ(count(Table::unknown_names), limits::bucket_slots);
    for (std::uint8_t i = 0; i < limits::bucket_slots; ++i) {
        EXPECT_EQ(attempts(neighbour(i)).account.consecutive, 10U + i);
    }
    put(neighbour(100), Whose::unknown, {failures(1), {}});
    EXPECT_EQ(count(Table::unknown_names), limits::bucket_slots);
    EXPECT_EQ(attempts(neighbour(0)), AttemptCounters{}); // had the fewest failures
    EXPECT_EQ(attempts(neighbour(100)).account.consecutive, 1U);
    EXPECT_EQ(attempts(neighbour(7)).account.consecutive, 17U);
}

TEST_F(ACountersTable, LetsAFloodOfNewNamesDisplaceOnlyItself) {
    for (std::uint8_t i = 0; i < limits::bucket_slots - 1; ++i) {
        auto locked = failures(5);
        locked.locked_until = 99999;
        put(neighbour(i), Whose::unknown, {locked, {}});
    }
    for (std::uint8_t i = 100; i < 150; ++i) {
        put(neighbour(i), Whose::unknown, {failures(1, i), {}});
    }
    for (std::uint8_t i = 0; i < limits::bucket_slots - 1; ++i) {
        EXPECT_EQ(attempts(neighbour(i)).account.locked_until, 99999);
    }
    EXPECT_EQ(attempts(neighbour(149)).account.consecutive, 1U);
}

TEST_F(ACountersTable, CountsNeighboursOfOtherSetsApart) {
    for (std::uint8_t i = 0; i < limits::bucket_slots; ++i) {
        put(neighbour(i, 0x40), Whose::unknown, {failures(1), {}});
        put(neighbour(i, 0x00), Whose::unknown, {failures(1), {}});
        put(neighbour(i, 0xff), Whose::unknown, {failures(1), {}});
    }
    EXPECT_EQ(count(Table::unknown_names), 3 * limits::bucket_slots);
}

TEST_F(ACountersTable, BoundsOutsidersAndPlacesHoweverManyCome) {
    constexpr std::uint32_t comers = 60000; // names an outsider tries; the places' room is 16384
    for (std::uint32_t batch = 0; batch < comers; batch += 2000) {
        write([&](WriteTxn& txn) {
            for (std::uint32_t i = batch; i < batch + 2000; ++i) {
                const auto place = txn.digest(DigestKind::place, std::to_string(i));
                CountersTable::put_place(txn, place, failures(1, i));
            }
        });
    }
    EXPECT_LE(count(Table::places), limits::counted_places);
    EXPECT_GT(count(Table::places), limits::counted_places * 3 / 4); // and the room is used
}

TEST_F(ACountersTable, NeverDropsTheCountersOfAnAccountForOutsiders) {
    put(neighbour(200), Whose::account, {failures(1), {}});
    for (std::uint8_t i = 0; i < 3 * limits::bucket_slots; ++i) {
        put(neighbour(i), Whose::unknown, {failures(50), {}});
    }
    EXPECT_EQ(attempts(neighbour(200)).account.consecutive, 1U);
}

TEST_F(ACountersTable, CountsOnWhereANameThatNobodyHadGetsAnAccount) {
    put(neighbour(1), Whose::unknown, {failures(4), {}});
    auto counters = attempts(neighbour(1));
    ++counters.account.consecutive;
    put(neighbour(1), Whose::account, counters);
    EXPECT_EQ(attempts(neighbour(1)).account.consecutive, 5U);
    EXPECT_EQ(count(Table::unknown_names), 0U);
}

// A pure in-memory table that forgets the oldest: what a flood of names does to the counters that matter.
TEST(ANaiveTable, WouldLetAFloodWashALockAway) {
    std::vector<std::pair<Digest, model::Counter>> newest;
    auto locked = failures(5);
    locked.locked_until = 99999;
    newest.emplace_back(neighbour(0), locked);
    for (std::uint8_t i = 100; i < 150; ++i) {
        newest.emplace_back(neighbour(i), failures(1, i));
        if (newest.size() > limits::bucket_slots) {
            newest.erase(newest.begin());
        }
    }
    EXPECT_TRUE(
        std::none_of(newest.begin(), newest.end(), [](const auto& slot) { return slot.second.locked_until != 0; }));
}

} // namespace
} // namespace loquet::store
