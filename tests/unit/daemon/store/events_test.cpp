// SPDX-License-Identifier: LGPL-2.1-or-later
// What the loop is told of commits: once, when it is durable, in the order of the commits.
#include "daemon/store/events.h"
#include "daemon/store/meta_table.h"
#include "tests/unit/daemon/store/lmdb_faults.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>
#include <lmdb.h>

#include <stdexcept>
#include <vector>

namespace loquet::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Numbers = std::vector<std::uint64_t>;

/// Work that writes the number and tells of it.
Store::Work note(std::uint64_t number) {
    return [number](WriteTxn& txn) {
        MetaTable::put_number(txn, "noted-" + std::to_string(number), number);
        txn.after_commit(MessagesAdded{{number}});
    };
}

class AnEvent : public StoreFixture {
protected:
    AnEvent() {
        subscription_ = store_->on<MessagesAdded>([this](const MessagesAdded& added) {
            told_.push_back(added.numbers);
            durable_ = durable_ && is_stored(added.numbers.front());
        });
    }
    [[nodiscard]] bool is_stored(std::uint64_t number) const {
        return read(
            [&](const ReadTxn& txn) { return MetaTable::number(txn, "noted-" + std::to_string(number)) == number; });
    }
    void expect_done(base::Future<void> future) { EXPECT_EQ(outcome(std::move(future)), std::nullopt); }

    LmdbFaults faults_;
    std::vector<Numbers> told_; ///< of each event
    bool durable_ = true;       ///< each could be read when it was told
    Subscription subscription_;
};

TEST_F(AnEvent, IsToldOnceItIsDurableAndBeforeItsFuture) {
    auto written = store_->write(note(1));
    EXPECT_THAT(told_, IsEmpty());
    expect_done(std::move(written));
    EXPECT_THAT(told_, ElementsAre(Numbers{1}));
    EXPECT_TRUE(durable_);
}

TEST_F(AnEvent, IsToldInTheOrderOfTheCommits) {
    for (std::uint64_t number = 1; number <= 5; ++number) {
        write(note(number));
    }
    expect_done(store_->write(note(6)));
    EXPECT_THAT(told_, ElementsAre(Numbers{1}, Numbers{2}, Numbers{3}, Numbers{4}, Numbers{5}, Numbers{6}));
    EXPECT_TRUE(durable_);
}

TEST_F(AnEvent, OfAKindIsToldOnceACommitInTheOrderOfTheWork) {
    auto held = hold_writer();
    auto one = store_->write(note(1));
    auto two = store_->write(note(2));
    release_writer();
    expect_done(std::move(held));
    expect_done(std::move(one));
    expect_done(std::move(two));
    EXPECT_THAT(told_, ElementsAre(Numbers{1, 2}));
}

TEST_F(AnEvent, IsNotToldOfWorkThatFailedBesideOther) {
    auto held = hold_writer();
    auto one = store_->write(note(1));
    auto bad = store_->write([](WriteTxn& txn) {
        note(2)(txn);
        throw base::Error(Kind::conflict, "not now");
    });
    auto three = store_->write(note(3));
    release_writer();
    expect_done(std::move(held));
    expect_done(std::move(one));
    EXPECT_EQ(outcome(std::move(bad)), Kind::conflict);
    expect_done(std::move(three));
    EXPECT_THAT(told_, ElementsAre(Numbers{1, 3}));
    EXPECT_TRUE(durable_);
}

TEST_F(AnEvent, IsToldOnceHoweverOftenTheWorkRan) {
    int runs = 0;
    expect_done(store_->write([&](WriteTxn& txn) {
        ++runs;
        note(1)(txn);
        txn.put(Table::meta, Key("large"), base::SecureBytes(std::size_t{5} << 20U)); // into a map of 1 MB
    }));
    EXPECT_GT(runs, 1);
    EXPECT_THAT(told_, ElementsAre(Numbers{1}));
}

TEST_F(AnEvent, IsNotToldOfANestedTransactionThatCouldNotBeCommitted) {
    auto held = hold_writer();
    auto bad = store_->write([](WriteTxn&) { throw base::Error(Kind::conflict, "so that all run nested"); });
    faults_.fail_nested_commits(MDB_BAD_TXN, 1);
    auto one = store_->write(note(1));
    auto two = store_->write(note(2));
    release_writer();
    expect_done(std::move(held));
    EXPECT_EQ(outcome(std::move(bad)), Kind::conflict);
    EXPECT_EQ(outcome(std::move(one)), Kind::internal);
    expect_done(std::move(two));
    EXPECT_THAT(told_, ElementsAre(Numbers{2}));
    EXPECT_FALSE(is_stored(1));
}

TEST_F(AnEvent, IsNotToldOfACommitThatTheDiskRefused) {
    faults_.fail_commits(EIO, 1);
    EXPECT_EQ(outcome(store_->write(note(1))), Kind::unavailable);
    expect_done(store_->write(note(2)));
    EXPECT_THAT(told_, ElementsAre(Numbers{2}));
}

TEST_F(AnEvent, IsToldWhenTheSnapshotCouldNotBeRenewed) {
    faults_.fail_renewals(MDB_BAD_TXN, 1);
    expect_done(store_->write(note(1)));
    EXPECT_THAT(told_, ElementsAre(Numbers{1}));
    EXPECT_TRUE(durable_);
}

TEST_F(AnEvent, IsToldToEveryObserverAndToNoneWhoseSubscriptionEnded) {
    std::vector<std::string> heard;
    auto second = store_->on<MessagesAdded>([&](const auto&) { heard.emplace_back("second"); });
    auto third = store_->observe([&](const Event&) { heard.emplace_back("third"); });
    expect_done(store_->write(note(1)));
    EXPECT_THAT(heard, ElementsAre("second", "third"));
    second = {};
    expect_done(store_->write(note(2)));
    EXPECT_THAT(heard, ElementsAre("second", "third", "third"));
    EXPECT_EQ(told_.size(), 2U);
}

TEST_F(AnEvent, LetsAnObserverEndAnySubscriptionAndBeginOthers) {
    std::vector<std::string> heard;
    Subscription own;
    Subscription later;
    Subscription begun;
    own = store_->on<MessagesAdded>([&](const auto&) {
        heard.emplace_back("own");
        begun = store_->on<MessagesAdded>([&](const auto&) { heard.emplace_back("begun"); });
        later = {};
        own = {};
    });
    later = store_->on<MessagesAdded>([&](const auto&) { heard.emplace_back("later"); });
    expect_done(store_->write(note(1)));
    EXPECT_THAT(heard, ElementsAre("own"));
    expect_done(store_->write(note(2)));
    EXPECT_THAT(heard, ElementsAre("own", "begun"));
}

TEST_F(AnEvent, IsToldToNobodyOnceTheStoreIsGone) {
    auto written = store_->write(note(1));
    close(); // commits it
    expect_done(std::move(written));
    EXPECT_THAT(told_, IsEmpty());
    subscription_ = {}; // may outlive the store
}

} // namespace
} // namespace loquet::store
