// SPDX-License-Identifier: LGPL-2.1-or-later
// Three kinds of failure that are not the same: the work is wrong, the disk refuses, the snapshot cannot be renewed.
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/lmdb_faults.h"
#include "tests/unit/daemon/store/small_disk.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>
#include <lmdb.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <ostream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace loquet::store {
namespace {

using model::Uid;

constexpr std::size_t oversized = 30000; ///< bytes of a record that no other record of these tests has

Store::Work add(std::uint32_t uid, const std::string& name, std::size_t bytes = 0) {
    return [=](WriteTxn& txn) {
        auto added = account(uid, name);
        added.display_name.assign(bytes, 'x');
        AccountsTable::put(txn, added);
    };
}

/// Three pieces of work in one commit, of which a test makes the middle one fail.
class ABatch : public StoreFixture {
protected:
    [[nodiscard]] std::optional<Uid> find(const std::string& name) const {
        return read([&](const ReadTxn& txn) { return PublicAccounts::find(txn, name); });
    }
    struct Outcomes {
        std::exception_ptr first;
        std::exception_ptr middle;
        std::exception_ptr last;
    };
    Outcomes run(Store::Work first, Store::Work middle, Store::Work last) {
        auto held = hold_writer();
        auto one = store_->write(std::move(first));
        auto two = store_->write(std::move(middle));
        auto three = store_->write(std::move(last));
        release_writer();
        EXPECT_EQ(outcome(std::move(held)), std::nullopt);
        return {failure_of(std::move(one)), failure_of(std::move(two)), failure_of(std::move(three))};
    }
    Outcomes run_with(Store::Work middle) { return run(add(1000, "anna"), std::move(middle), add(1002, "carl")); }
    /// Both neighbours are durable, the middle one is not, and the store goes on.
    void expect_only_the_middle_failed(const Outcomes& outcomes) {
        EXPECT_FALSE(outcomes.first);
        EXPECT_TRUE(outcomes.middle);
        EXPECT_FALSE(outcomes.last);
        EXPECT_TRUE(store_->writable()) << store_->why_unwritable();
        EXPECT_EQ(unwritable_told_, 0);
        EXPECT_EQ(find("anna"), Uid{1000});
        EXPECT_EQ(find("bert"), std::nullopt);
        EXPECT_EQ(find("carl"), Uid{1002});
    }
    std::exception_ptr failure_of(base::Future<void> future) {
        try {
            tests::wait_for(loop_, std::move(future));
        } catch (...) {
            return std::current_exception();
        }
        return nullptr;
    }
    static std::optional<Kind> kind_of(const std::exception_ptr& failure) {
        return kind_thrown_by([&] {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
    }

    void watch() {
        changes_ = store_->on<WritabilityChanged>([this](const auto& change) {
            ++told_;
            unwritable_told_ += change.writable() ? 0 : 1;
        });
    }
    void SetUp() override { watch(); }
    /// An empty store, for the next of several cases.
    void begin_anew(std::size_t largest_map = limits::store_bytes) {
        close();
        std::filesystem::remove_all(store_folder());
        hold_again();
        store_ = make({.folder = store_folder(), .largest_map = largest_map});
        told_ = 0;
        unwritable_told_ = 0;
        watch();
    }

    LmdbFaults faults_;
    Subscription changes_;
    int told_ = 0;
    int unwritable_told_ = 0;
    int runs_ = 0;
};

/// Fails after it wrote: what it wrote goes with it.
template <class Exception>
Store::Work failing_with(Exception exception) {
    return [=](WriteTxn& txn) {
        AccountsTable::put(txn, account(1001, "bert"));
        throw exception; // NOLINT(misc-throw-by-value-catch-by-reference,cert-err60-cpp)
    };
}

TEST_F(ABatch, FailsTheOnePieceThatThrowsWithItsOwnError) {
    const Outcomes outcomes = run_with(failing_with(base::Error(Kind::conflict, "not now")));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::conflict);
}

TEST_F(ABatch, FailsTheOnePieceThatHasNoMemory) {
    const Outcomes outcomes = run_with(failing_with(std::bad_alloc()));
    expect_only_the_middle_failed(outcomes);
    EXPECT_THROW(std::rethrow_exception(outcomes.middle), std::bad_alloc);
}

TEST_F(ABatch, FailsTheOnePieceThatThrowsWhatIsNoStandardException) {
    const Outcomes outcomes = run_with(failing_with(42));
    expect_only_the_middle_failed(outcomes);
    EXPECT_THROW(std::rethrow_exception(outcomes.middle), int);
}

TEST_F(ABatch, FailsTheOnePieceThatSaysUnavailableItself) {
    const Outcomes outcomes = run_with(failing_with(base::Error(Kind::unavailable, "no gateway answers")));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
}

TEST_F(ABatch, FailsTheOnePieceThatIsTooLargeForOneTransaction) {
    faults_.fail_puts(MDB_TXN_FULL, oversized);
    const Outcomes outcomes = run_with(add(1001, "bert", oversized));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::limited);
}

TEST_F(ABatch, FailsTheOnePieceThatIsTooLargeForOneTransactionAlsoWhereItCatchesTheError) {
    faults_.fail_puts(MDB_TXN_FULL, oversized);
    const Outcomes outcomes = run_with([](WriteTxn& txn) {
        try {
            add(1001, "bert", oversized)(txn);
        } catch (...) { // NOLINT(bugprone-empty-catch): work that does not care
        }
    });
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::limited);
}

TEST_F(ABatch, FailsTheOnePieceWhoseNestedTransactionCannotBeCommitted) {
    faults_.fail_nested_commits(MDB_TXN_FULL, 1);
    int runs = 0;
    const Outcomes outcomes = run(
        [&](WriteTxn& txn) {
            if (++runs == 1) {
                throw std::runtime_error("once"); // so that all run again, each in a nested transaction
            }
            AccountsTable::put(txn, account(1001, "bert"));
        },
        add(1000, "anna"), add(1002, "carl"));
    EXPECT_FALSE(outcomes.first) << "alone in a transaction it has room";
    EXPECT_FALSE(outcomes.middle);
    EXPECT_FALSE(outcomes.last);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(find("bert"), Uid{1001});
    EXPECT_EQ(find("carl"), Uid{1002});
}

TEST_F(ABatch, CommitsAPieceWhoseNestedTransactionCouldNotBegin) {
    faults_.fail_nested_begins(ENOMEM, 1); // the one of the first piece
    expect_only_the_middle_failed(run_with(failing_with(base::Error(Kind::conflict, "not now"))));
}

TEST_F(ABatch, FailsTheOnePieceForWhichLmdbHasNoMemory) {
    faults_.fail_puts(ENOMEM, oversized);
    const Outcomes outcomes = run_with(add(1001, "bert", oversized));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
}

TEST_F(ABatch, CommitsAPieceThatHadNoRoomBesideTheOthers) {
    faults_.fail_puts(MDB_TXN_FULL, oversized, 2); // with the others, then nested in their transaction
    const Outcomes outcomes = run_with(add(1001, "bert", oversized));
    EXPECT_FALSE(outcomes.middle);
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), Uid{1001});
    EXPECT_EQ(find("carl"), Uid{1002});
    EXPECT_TRUE(store_->writable());
}

TEST_F(ABatch, FailsTheOnePieceThatThrowsOnlyWhenItRunsAgain) {
    int runs_of_first = 0;
    int runs_of_middle = 0;
    const Outcomes outcomes = run(
        [&](WriteTxn& txn) {
            AccountsTable::put(txn, account(1000, "anna"));
            ++runs_of_first;
        },
        [&](WriteTxn& txn) {
            AccountsTable::put(txn, account(1001, "bert"));
            if (++runs_of_middle > 1) {
                throw base::Error(Kind::conflict, "the second time");
            }
        },
        [runs = 0](WriteTxn& txn) mutable {
            AccountsTable::put(txn, account(1002, "carl"));
            if (++runs == 1) {
                throw std::runtime_error("the first time");
            }
        });
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::conflict);
    EXPECT_EQ(runs_of_first, 2);
}

TEST_F(ABatch, FailsTheOnePieceThatDoesNotFitIntoTheLargestMap) {
    close();
    store_ = make({.folder = store_folder(), .largest_map = std::size_t{2} << 20U});
    watch();
    const Outcomes outcomes = run_with(add(1001, "bert", std::size_t{4} << 20U));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
}

/// What the puts still fit into, their commit may not: LMDB keeps its list of free pages in the map as well.
TEST_F(ABatch, FailsTheOnePieceWhoseCommitDoesNotFitIntoTheLargestMapWhateverItsSize) {
    constexpr std::size_t map = std::size_t{1} << 20U;
    constexpr std::size_t page = 4096;
    std::size_t failed = 0;
    for (std::size_t bytes = map - map / 8; bytes < map; bytes += page) {
        begin_anew(map);
        const Outcomes outcomes = run_with(add(1001, "bert", bytes));
        EXPECT_FALSE(outcomes.first) << bytes;
        EXPECT_FALSE(outcomes.last) << bytes;
        EXPECT_TRUE(store_->writable()) << bytes << ": " << store_->why_unwritable();
        EXPECT_EQ(unwritable_told_, 0) << bytes;
        failed += outcomes.middle ? 1U : 0U;
    }
    EXPECT_GT(failed, 0U) << "the sizes tried should reach the limit";
}

TEST_F(ABatch, FailsTheOnePieceWhoseCommitFailsForItsSize) {
    for (const int code : {MDB_MAP_FULL, MDB_TXN_FULL, MDB_BAD_TXN, MDB_BAD_VALSIZE, ENOMEM}) {
        SCOPED_TRACE(code);
        begin_anew();
        faults_.fail_large_commits(code, oversized);
        faults_.fail_growth(ENOMEM);
        expect_only_the_middle_failed(run_with(add(1001, "bert", oversized)));
        EXPECT_NE(outcome(store_->write(add(1001, "bert", oversized))), std::nullopt) << "alone as well";
        EXPECT_TRUE(store_->writable()) << store_->why_unwritable();
        EXPECT_EQ(unwritable_told_, 0);
        faults_.fail_nothing();
    }
}

TEST_F(ABatch, FailsTheOnePieceForWhichAnAlmostFullDiskHasNoRoom) {
    for (const int code : {ENOSPC, EFBIG, EDQUOT}) {
        SCOPED_TRACE(code);
        begin_anew();
        faults_.fail_large_commits(code, oversized);
        const Outcomes outcomes = run_with(add(1001, "bert", oversized));
        EXPECT_FALSE(outcomes.first);
        EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
        EXPECT_FALSE(outcomes.last);
        EXPECT_EQ(find("anna"), Uid{1000});
        EXPECT_EQ(find("bert"), std::nullopt);
        EXPECT_EQ(find("carl"), Uid{1002});
        EXPECT_TRUE(store_->writable()) << store_->why_unwritable();
        EXPECT_EQ(told_, 0) << "the store was never unwritable";
        faults_.fail_nothing();
    }
}

TEST_F(ABatch, IsToldOnceHoweverManyOfItsPiecesAnAlmostFullDiskRefuses) {
    constexpr std::uint32_t pieces = 40;
    for (const int code : {ENOSPC, EFBIG, EDQUOT}) {
        SCOPED_TRACE(code);
        begin_anew();
        faults_.fail_large_commits(code, oversized);
        auto held = hold_writer();
        std::vector<base::Future<void>> large;
        std::vector<base::Future<void>> small;
        for (std::uint32_t i = 0; i < pieces; ++i) {
            large.push_back(store_->write(add(2000 + i, "large" + std::to_string(i), oversized)));
            small.push_back(store_->write(add(3000 + i, "small" + std::to_string(i))));
        }
        const auto before = store_->statistics().commits;
        release_writer();
        EXPECT_EQ(outcome(std::move(held)), std::nullopt);
        for (std::uint32_t i = 0; i < pieces; ++i) {
            EXPECT_EQ(outcome(std::move(large[i])), Kind::unavailable) << i;
            EXPECT_EQ(outcome(std::move(small[i])), std::nullopt) << i;
        }
        EXPECT_EQ(told_, 0) << "unwritable, and writable again";
        EXPECT_LE(store_->statistics().commits - before, 1 + pieces + 1) << "the gate, the small ones, and one probe";
        EXPECT_TRUE(store_->writable());
        faults_.fail_nothing();
    }
}

TEST_F(ABatch, OfOnePieceThatAnAlmostFullDiskRefusesLeavesTheStoreWritable) {
    for (const int code : {ENOSPC, EFBIG, EDQUOT}) {
        SCOPED_TRACE(code);
        begin_anew();
        faults_.fail_large_commits(code, oversized);
        for (int times = 0; times < 3; ++times) {
            EXPECT_EQ(outcome(store_->write(add(1001, "bert", oversized))), Kind::unavailable);
            EXPECT_TRUE(store_->writable()) << store_->why_unwritable();
        }
        EXPECT_EQ(outcome(store_->write(add(1000, "anna"))), std::nullopt);
        EXPECT_EQ(told_, 0);
        faults_.fail_nothing();
    }
}

TEST_F(ABatch, IsToldOnceWhenTheDiskGetsFullInTheMiddleOfIt) {
    auto held = hold_writer();
    faults_.fail_large_commits(ENOSPC, oversized);
    auto large = store_->write(add(1001, "bert", oversized));
    auto last_that_fits = store_->write(add(1000, "anna"));
    auto broken = store_->write([&](WriteTxn& txn) {
        AccountsTable::put(txn, account(1002, "carl"));
        if (std::exchange(runs_, runs_ + 1) > 0) {
            faults_.fail_commits(EIO);
        }
    });
    auto next = store_->write(add(1003, "dora"));
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(large)), Kind::unavailable);
    EXPECT_EQ(outcome(std::move(last_that_fits)), std::nullopt);
    EXPECT_EQ(outcome(std::move(broken)), Kind::unavailable);
    EXPECT_EQ(outcome(std::move(next)), Kind::unavailable);
    EXPECT_FALSE(store_->writable());
    EXPECT_EQ(told_, 1);
    faults_.fail_nothing();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return told_ == 2; }));
    EXPECT_TRUE(store_->writable());
}

// Each piece alone costs a transaction, and the store is opened anew for it.
TEST_F(ABatch, IsNotTriedToItsEndWhenTheDiskGetsFullInTheMiddleOfIt) {
    constexpr std::uint32_t pieces = 100;
    for (const int code : {ENOSPC, EFBIG, EDQUOT}) {
        SCOPED_TRACE(code);
        begin_anew();
        int runs = 0;
        auto held = hold_writer();
        faults_.fail_large_commits(code, oversized);
        auto large = store_->write(add(1001, "bert", oversized));
        auto last_that_fits = store_->write([&](WriteTxn& txn) {
            AccountsTable::put(txn, account(1000, "anna"));
            ++runs;
        });
        std::vector<base::Future<void>> rest;
        for (std::uint32_t i = 0; i < pieces; ++i) {
            rest.push_back(store_->write([&runs, i, code](WriteTxn& txn) {
                if (++runs > static_cast<int>(pieces) + 1) { // no longer beside the others
                    LmdbFaults::fail_large_commits(code, 0);
                }
                AccountsTable::put(txn, account(2000 + i, "rest" + std::to_string(i)));
            }));
        }
        release_writer();
        EXPECT_EQ(outcome(std::move(held)), std::nullopt);
        EXPECT_EQ(outcome(std::move(large)), Kind::unavailable);
        EXPECT_EQ(outcome(std::move(last_that_fits)), std::nullopt);
        for (auto& piece : rest) {
            EXPECT_EQ(outcome(std::move(piece)), Kind::unavailable);
        }
        EXPECT_EQ(runs, static_cast<int>(pieces) + 1 + 3) << "together; then alone the one that fits and two";
        EXPECT_FALSE(store_->writable());
        EXPECT_EQ(told_, 1);
        faults_.fail_nothing();
        EXPECT_TRUE(tests::eventually(loop_, [&] { return told_ == 2; }));
        EXPECT_EQ(outcome(store_->write(add(1003, "dora"))), std::nullopt);
    }
}

TEST_F(ABatch, IsRefusedAsAWholeByADiskThatTakesNothing) {
    for (const int code : {ENOSPC, EFBIG, EDQUOT, EIO, EROFS, MDB_PANIC}) {
        SCOPED_TRACE(code);
        begin_anew();
        const Outcomes outcomes = run(
            [&](WriteTxn& txn) {
                faults_.fail_commits(code);
                AccountsTable::put(txn, account(1000, "anna"));
            },
            add(1001, "bert"), add(1002, "carl"));
        for (const auto& failure : {outcomes.first, outcomes.middle, outcomes.last}) {
            EXPECT_EQ(kind_of(failure), Kind::unavailable);
        }
        EXPECT_FALSE(store_->writable());
        EXPECT_EQ(unwritable_told_, 1);
        EXPECT_EQ(read(PublicAccounts::count), 0U);
        faults_.fail_nothing();
        EXPECT_TRUE(tests::eventually(loop_, [&] { return store_->writable(); }));
    }
}

TEST_F(ABatch, FailsTheOnePieceWithAValueThatLmdbCannotKeep) {
    faults_.fail_puts(MDB_BAD_VALSIZE, oversized);
    const Outcomes outcomes = run_with(add(1001, "bert", oversized));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::internal);
}

TEST_F(ABatch, FailsTheOnePieceWhosePublicationCannotBeCounted) {
    write([](WriteTxn& txn) { txn.put_raw(Table::meta, Key("public-generation"), base::as_bytes("damaged")); });
    const Outcomes outcomes = run([](WriteTxn& txn) { MetaTable::put_number(txn, "one", 1); }, add(1001, "bert"),
                                  [](WriteTxn& txn) { MetaTable::put_number(txn, "two", 2); });
    EXPECT_FALSE(outcomes.first);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::corrupt);
    EXPECT_FALSE(outcomes.last);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(find("bert"), std::nullopt);
    EXPECT_EQ(read([](const ReadTxn& txn) { return MetaTable::number(txn, "two"); }), 2U);
}

TEST_F(ABatch, FailsAlsoAsOnePieceWithoutHarmToTheStore) {
    EXPECT_THROW(write(failing_with(42)), int);
    faults_.fail_puts(MDB_TXN_FULL, oversized);
    EXPECT_EQ(outcome(store_->write(add(1001, "bert", oversized))), Kind::limited);
    faults_.fail_nothing();
    close();
    store_ = make({.folder = store_folder(), .largest_map = std::size_t{2} << 20U});
    watch();
    EXPECT_EQ(outcome(store_->write(add(1001, "bert", std::size_t{4} << 20U))), Kind::unavailable);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(unwritable_told_, 0);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna"))), std::nullopt);
}

TEST_F(ABatch, IsRefusedAsAWholeByAStoreThatIsFullUntilThereIsRoom) {
    close();
    store_ = make({.folder = store_folder(), .largest_map = std::size_t{1} << 20U});
    watch();
    faults_.fail_puts(MDB_MAP_FULL, 0); // every put, however small
    const Outcomes outcomes = run_with(add(1001, "bert"));
    EXPECT_EQ(kind_of(outcomes.first), Kind::unavailable);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
    EXPECT_EQ(kind_of(outcomes.last), Kind::unavailable);
    EXPECT_FALSE(store_->writable());
    EXPECT_NE(store_->why_unwritable().find("limit"), std::string::npos) << store_->why_unwritable();
    faults_.fail_nothing();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return store_->writable(); }));
    EXPECT_EQ(unwritable_told_, 1);
}

TEST_F(ABatch, IsRefusedAsAWholeByTheDiskAlsoWhereOnePieceOfItIsWrong) {
    close();
    SmallDisk disk;
    store_ = make({.folder = disk.folder() + "/store"});
    watch();
    write(add(1003, "dora"));
    disk.fill();
    constexpr std::size_t more_than_free_pages = 300000;
    const Outcomes outcomes = run(add(1000, "anna", more_than_free_pages),
                                  failing_with(base::Error(Kind::conflict, "not now")), add(1002, "carl"));
    for (const auto& failure : {outcomes.first, outcomes.middle, outcomes.last}) {
        EXPECT_EQ(kind_of(failure), Kind::unavailable);
    }
    EXPECT_FALSE(store_->writable());
    EXPECT_EQ(find("dora"), Uid{1003});
    EXPECT_EQ(find("anna"), std::nullopt);
    close();
}

TEST_F(ABatch, FailsTheOnePieceForWhichTheMapCannotGrow) {
    faults_.fail_growth(ENOMEM);
    const Outcomes outcomes = run_with(add(1001, "bert", std::size_t{3} << 20U));
    expect_only_the_middle_failed(outcomes);
    EXPECT_EQ(kind_of(outcomes.middle), Kind::unavailable);
    faults_.fail_nothing();
    EXPECT_EQ(outcome(store_->write(add(1001, "bert", std::size_t{3} << 20U))), std::nullopt);
}

TEST_F(ABatch, IsRefusedAsAWholeWhereItsCommitFails) {
    faults_.fail_commits(EIO, 4); // the gate's, its own, and the probe after each
    auto held = hold_writer();
    auto one = store_->write(add(1000, "anna"));
    auto two = store_->write(add(1001, "bert"));
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), Kind::unavailable);
    EXPECT_EQ(outcome(std::move(one)), Kind::unavailable);
    EXPECT_EQ(outcome(std::move(two)), Kind::unavailable);
    EXPECT_TRUE(tests::eventually(loop_, [&] { return store_->writable(); }));
    EXPECT_GE(unwritable_told_, 1);
    EXPECT_EQ(find("anna"), std::nullopt);
}

/// What was made durable is told as durable, whatever becomes of the readers' snapshot.
class ASnapshot : public ABatch {};

TEST_F(ASnapshot, IsRenewedByTheNextReadWhereItCouldNotBeAfterTheCommit) {
    const auto before = store_->statistics();
    faults_.fail_renewals(MDB_BAD_TXN, 1);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna"))), std::nullopt);
    EXPECT_EQ(store_->statistics().commits, before.commits + 1);
    EXPECT_EQ(store_->statistics().writes, before.writes + 1);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(find("anna"), Uid{1000});
}

TEST_F(ASnapshot, LetsTheReadSaySoWhereItCannotBeRenewedThenEither) {
    faults_.fail_renewals(MDB_BAD_TXN);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna"))), std::nullopt);
    EXPECT_EQ(outcome(store_->write(add(1001, "bert"))), std::nullopt) << "writing does not need it";
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(unwritable_told_, 0);
    EXPECT_EQ(kind_thrown_by([&] { (void)find("anna"); }), Kind::unavailable);
    EXPECT_EQ(kind_thrown_by([&] { (void)find("anna"); }), Kind::unavailable) << "and nothing old is shown";
    faults_.fail_nothing();
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), Uid{1001});
    reopen();
    EXPECT_EQ(find("bert"), Uid{1001});
}

TEST_F(ASnapshot, IsRenewedForAReaderOnAnotherThreadToo) {
    auto reader = store_->snapshot_reader();
    const auto find_there = [&] {
        return reader.read([](const ReadTxn& txn) { return PublicAccounts::find(txn, "anna"); });
    };
    faults_.fail_renewals(MDB_BAD_TXN, 2);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna"))), std::nullopt);
    EXPECT_EQ(kind_thrown_by([&] { (void)find_there(); }), Kind::unavailable);
    EXPECT_EQ(find_there(), Uid{1000});
}

TEST_F(ASnapshot, OfABatchWithNestedTransactionsIsRenewedLater) {
    faults_.fail_renewals(MDB_BAD_TXN, 2); // after the gate's commit, and after that of the batch
    expect_only_the_middle_failed(run_with(failing_with(base::Error(Kind::conflict, "not now"))));
}

TEST_F(ASnapshot, IsTakenByTheNextReadWhereItCouldNotBeAfterTheMapGrew) {
    faults_.fail_snapshots(ENOMEM, 1);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna", std::size_t{3} << 20U))), std::nullopt);
    EXPECT_GE(store_->statistics().grown, 1U);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(unwritable_told_, 0);
    EXPECT_EQ(find("anna"), Uid{1000});
}

TEST_F(ASnapshot, IsMissingForAReadAfterTheMapGrewOnlyAsLongAsItCannotBeTaken) {
    faults_.fail_snapshots(ENOMEM);
    EXPECT_EQ(outcome(store_->write(add(1000, "anna", std::size_t{3} << 20U))), std::nullopt);
    EXPECT_EQ(kind_thrown_by([&] { (void)find("anna"); }), Kind::unavailable);
    faults_.fail_nothing();
    EXPECT_EQ(find("anna"), Uid{1000});
}

} // namespace
} // namespace loquet::store
