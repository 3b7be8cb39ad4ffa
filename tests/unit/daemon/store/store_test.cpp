// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/store.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

namespace loquet::store {
namespace {

using model::Uid;

class AStore : public StoreFixture {
protected:
    [[nodiscard]] std::optional<Uid> find(const std::string& name) const {
        return read([&](const ReadTxn& txn) { return PublicAccounts::find(txn, name); });
    }
    static Store::Work add(std::uint32_t uid, const std::string& name) {
        return [=](WriteTxn& txn) { AccountsTable::put(txn, account(uid, name)); };
    }
};

class AWriteTransaction : public AStore {};

TEST_F(AStore, ShowsAWriteToReadsThatFollowItsFuture) {
    auto written = store_->write(add(1000, "anna"));
    EXPECT_EQ(outcome(std::move(written)), std::nullopt);
    EXPECT_EQ(find("anna"), Uid{1000});
}

TEST_F(AStore, KeepsWhatWasWrittenWhenItIsOpenedAgain) {
    write(add(1000, "anna"));
    reopen();
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), std::nullopt);
}

TEST_F(AStore, CommitsEverythingQueuedAtOneMomentAtOnce) {
    auto held = hold_writer();
    std::vector<base::Future<void>> written;
    written.reserve(20);
    const auto before = store_->statistics();
    for (std::uint32_t i = 0; i < 20; ++i) {
        written.push_back(store_->write(add(1000 + i, "person" + std::to_string(i))));
    }
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    for (auto& future : written) {
        EXPECT_EQ(outcome(std::move(future)), std::nullopt);
    }
    EXPECT_LE(store_->statistics().commits - before.commits, 3U); // the gate, then all that waited
    EXPECT_EQ(store_->statistics().writes - before.writes, 21U);
    EXPECT_EQ(find("person19"), Uid{1019});
}

TEST_F(AWriteTransaction, LeavesNothingBehindWhenTheWorkThrows) {
    EXPECT_THROW(write([](WriteTxn& txn) {
                     AccountsTable::put(txn, account(1000, "anna"));
                     throw std::runtime_error("no");
                 }),
                 std::runtime_error);
    EXPECT_EQ(find("anna"), std::nullopt);
}

TEST_F(AWriteTransaction, FailsAloneWhenOthersShareItsCommit) {
    auto held = hold_writer();
    auto first = store_->write(add(1000, "anna"));
    auto bad = store_->write([](WriteTxn& txn) {
        AccountsTable::put(txn, account(1001, "bert"));
        throw base::Error(Kind::conflict, "not now");
    });
    auto last = store_->write(add(1002, "carl"));
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(first)), std::nullopt);
    EXPECT_EQ(outcome(std::move(bad)), Kind::conflict);
    EXPECT_EQ(outcome(std::move(last)), std::nullopt);
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), std::nullopt);
    EXPECT_EQ(find("carl"), Uid{1002});
}

TEST_F(AWriteTransaction, SeesWhatTheOneBeforeItInTheSameCommitWrote) {
    auto held = hold_writer();
    auto first = store_->write(add(1000, "anna"));
    auto second = store_->write(add(1001, "anna"));
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(first)), std::nullopt);
    EXPECT_EQ(outcome(std::move(second)), Kind::conflict);
    EXPECT_EQ(find("anna"), Uid{1000});
}

// T9: of many who would spend the same thing at once, one succeeds, because checking and usage are one transaction.
TEST_F(AWriteTransaction, T9_LetsOneOfManySpendWhatCanBeSpentOnce) {
    const auto spend = [](WriteTxn& txn) {
        if (MetaTable::number(txn, "spent")) {
            throw base::Error(Kind::conflict, "spent");
        }
        MetaTable::put_number(txn, "spent", 1);
    };
    auto held = hold_writer();
    std::vector<base::Future<void>> tries;
    tries.reserve(64);
    for (int i = 0; i < 64; ++i) {
        tries.push_back(store_->write(spend));
    }
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    int succeeded = 0;
    for (auto& future : tries) {
        succeeded += outcome(std::move(future)) == std::nullopt ? 1 : 0;
    }
    EXPECT_EQ(succeeded, 1);
}

// The check of the test above: a naive caller who looks first and writes later lets all of them through.
TEST_F(AWriteTransaction, T9_WouldNotProtectACallerWhoLooksOutsideIt) {
    auto held = hold_writer();
    std::vector<base::Future<void>> tries;
    tries.reserve(64);
    for (int i = 0; i < 64; ++i) {
        if (read([](const ReadTxn& txn) { return !MetaTable::number(txn, "spent"); })) {
            tries.push_back(store_->write([](WriteTxn& txn) { MetaTable::put_number(txn, "spent", 1); }));
        }
    }
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    int succeeded = 0;
    for (auto& future : tries) {
        succeeded += outcome(std::move(future)) == std::nullopt ? 1 : 0;
    }
    EXPECT_EQ(succeeded, 64);
}

TEST_F(AStore, ReadsTheLastDurableStateWhileAWriteWaits) {
    write(add(1000, "anna"));
    auto held = hold_writer();
    auto written = store_->write(add(1001, "bert"));
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), std::nullopt);
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(written)), std::nullopt);
    EXPECT_EQ(find("bert"), Uid{1001});
}

TEST_F(AStore, GivesNestedReadsTheSameState) {
    const bool same = read([&](const ReadTxn& outer) {
        auto written = store_->write(add(1000, "anna"));
        (void)written; // its future is awaited by nobody
        return PublicAccounts::count(outer) == read([](const ReadTxn& inner) { return PublicAccounts::count(inner); });
    });
    EXPECT_TRUE(same);
}

TEST_F(AStore, RefusesToWaitForAWriteInsideARead) {
    EXPECT_EQ(kind_thrown_by([&] {
                  read([&](const ReadTxn&) {
                      write(add(1000, "anna"));
                      return 0;
                  });
              }),
              Kind::internal);
}

TEST_F(AStore, QueuesUpToItsLimitAndRefusesTheNextAsBusy) {
    close();
    store_ = make({.folder = store_folder(), .longest_queue = 5});
    auto held = hold_writer();
    std::vector<base::Future<void>> written;
    written.reserve(5);
    for (std::uint32_t i = 0; i < 5; ++i) {
        written.push_back(store_->write(add(1000 + i, "person" + std::to_string(i))));
    }
    EXPECT_EQ(outcome(store_->write(add(1010, "late"))), Kind::busy);
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    for (auto& future : written) {
        EXPECT_EQ(outcome(std::move(future)), std::nullopt);
    }
    EXPECT_EQ(find("late"), std::nullopt);
}

TEST_F(AStore, CommitsWhatIsQueuedWhenItIsDestroyed) {
    std::vector<base::Future<void>> written;
    written.reserve(50);
    for (std::uint32_t i = 0; i < 50; ++i) {
        written.push_back(store_->write(add(1000 + i, "person" + std::to_string(i))));
    }
    close();
    for (auto& future : written) {
        EXPECT_EQ(outcome(std::move(future)), std::nullopt);
    }
    store_ = make();
    EXPECT_EQ(read([](const ReadTxn& txn) { return PublicAccounts::count(txn); }), 50U);
}

TEST_F(AStore, GrowsItsMapAndRunsTheWorkAgain) {
    int runs = 0;
    const std::string filler(60000, 'x');
    auto written = store_->write([&](WriteTxn& txn) { // 6 MB into a map of 1 MB
        ++runs;
        for (std::uint32_t i = 0; i < 100; ++i) {
            auto large = account(1000 + i, "person" + std::to_string(i));
            large.display_name = filler;
            AccountsTable::put(txn, large);
        }
    });
    EXPECT_EQ(outcome(std::move(written)), std::nullopt);
    EXPECT_GT(runs, 1);
    EXPECT_GE(store_->statistics().grown, 3U);
    EXPECT_EQ(find("person99"), Uid{1099});
    reopen();
    EXPECT_EQ(find("person99"), Uid{1099});
}

TEST_F(AStore, GrowsAlsoWhenTheWorkSwallowsTheLackOfRoom) {
    const std::string filler(60000, 'x');
    write([&](WriteTxn& txn) {
        for (std::uint32_t i = 0; i < 100; ++i) {
            auto large = account(1000 + i, "person" + std::to_string(i));
            large.display_name = filler;
            try {
                AccountsTable::put(txn, large);
            } catch (...) { // NOLINT(bugprone-empty-catch): work that does not care
            }
        }
    });
    EXPECT_EQ(read([](const ReadTxn& txn) { return PublicAccounts::count(txn); }), 100U);
}

TEST_F(AStore, SaysThatItIsFullAtTheLimitOfItsMap) {
    close();
    store_ = make({.folder = store_folder(), .largest_map = std::size_t{2} << 20U});
    write(add(1000, "anna"));
    const auto fill = [](WriteTxn& txn) {
        auto large = account(1001, "bert");
        large.display_name.assign(std::size_t{4} << 20U, 'x');
        AccountsTable::put(txn, large);
    };
    EXPECT_EQ(outcome(store_->write(fill)), Kind::unavailable);
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(outcome(store_->write(add(1002, "carl"))), std::nullopt);
    EXPECT_TRUE(store_->writable());
}

TEST_F(AStore, RefusesASecondProcessOnTheSameFolder) {
    EXPECT_EQ(kind_thrown_by([&] { (void)make(); }), Kind::conflict);
    EXPECT_EQ(find("anna"), std::nullopt); // the first is unharmed
}

TEST_F(AStore, RefusesAFolderThatOthersCanRead) {
    close();
    std::filesystem::permissions(store_folder(), std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    EXPECT_EQ(kind_thrown_by([&] { store_ = make(); }), Kind::denied);
}

TEST_F(AStore, MakesItsFolderAndFileForItsUserOnly) {
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(store_folder()).permissions(), perms::owner_all);
    EXPECT_EQ(std::filesystem::status(store_folder() + "/data.mdb").permissions(),
              perms::owner_read | perms::owner_write);
}

} // namespace
} // namespace loquet::store
