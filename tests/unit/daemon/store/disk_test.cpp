// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "tests/unit/daemon/store/small_disk.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace loquet::store {
namespace {

using model::Uid;

class ADiskThatRefuses : public testing::Test {
protected:
    void open() { store_ = std::make_unique<Store>(Settings{.folder = disk_.folder() + "/store"}, test_key(), loop_); }
    void close() { store_.reset(); }
    void SetUp() override {
        open();
        store_->write_now(add("anna", 1000));
    }
    std::optional<Kind> outcome(Store::Work work) {
        auto future = store_->write(std::move(work));
        return kind_thrown_by([&] { tests::wait_for(loop_, std::move(future)); });
    }
    /// An account whose record is larger than what free pages in the file could take.
    static Store::Work add(const std::string& name, std::uint32_t uid, std::size_t bytes = 0) {
        return [=](WriteTxn& txn) {
            auto added = account(uid, name);
            added.display_name.assign(bytes, 'x');
            AccountsTable::put(txn, added);
        };
    }
    [[nodiscard]] std::optional<Uid> find(const std::string& name) const {
        return store_->read([&](const ReadTxn& txn) { return PublicAccounts::find(txn, name); });
    }

    SmallDisk disk_;
    bus::Loop loop_;
    std::unique_ptr<Store> store_;
};

constexpr std::size_t large = 300000;

TEST_F(ADiskThatRefuses, FailsWritesAsUnavailableWhileReadsGoOn) {
    disk_.fill();
    EXPECT_EQ(outcome(add("bert", 1001, large)), Kind::unavailable);
    EXPECT_FALSE(store_->writable());
    EXPECT_FALSE(store_->why_unwritable().empty());
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(find("bert"), std::nullopt);
}

TEST_F(ADiskThatRefuses, TakesWritesAgainByItselfOnceThereIsRoom) {
    disk_.fill();
    EXPECT_EQ(outcome(add("bert", 1001, large)), Kind::unavailable);
    disk_.make_room();
    EXPECT_EQ(outcome(add("bert", 1001, large)), std::nullopt);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(find("bert"), Uid{1001});
    close();
    open();
    EXPECT_EQ(find("bert"), Uid{1001});
}

TEST_F(ADiskThatRefuses, IsFoundWritableAgainWithoutAnybodyWriting) {
    std::vector<bool> told;
    const auto subscription =
        store_->on<WritabilityChanged>([&](const auto& change) { told.push_back(change.writable()); });
    disk_.fill();
    EXPECT_EQ(outcome(add("bert", 1001, large)), Kind::unavailable);
    disk_.make_room();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return !told.empty() && told.back(); }));
    EXPECT_TRUE(store_->writable());
    EXPECT_TRUE(std::count(told.begin(), told.end(), false) >= 1);
}

TEST_F(ADiskThatRefuses, FailsEveryWriteOfTheCommitThatItRefused) {
    disk_.fill();
    std::vector<base::Future<void>> writes;
    writes.reserve(10);
    for (std::uint32_t i = 0; i < 10; ++i) {
        writes.push_back(store_->write(add("person" + std::to_string(i), 2000 + i, large)));
    }
    for (auto& future : writes) {
        EXPECT_EQ(kind_thrown_by([&] { tests::wait_for(loop_, std::move(future)); }), Kind::unavailable);
    }
    EXPECT_EQ(store_->read(PublicAccounts::count), 1U);
}

TEST_F(ADiskThatRefuses, IsNotCalledUnwritableWhileItTakesSmallWrites) {
    if (!disk_.mounted()) {
        GTEST_SKIP() << "mounting is not allowed here, so there is no disk that is almost full";
    }
    int told = 0;
    const auto subscription = store_->on<WritabilityChanged>([&](const auto& /*change*/) { ++told; });
    disk_.fill_all_but(large / 2);
    constexpr std::uint32_t pieces = 10;
    std::vector<base::Future<void>> refused;
    std::vector<base::Future<void>> small;
    for (std::uint32_t i = 0; i < pieces; ++i) {
        refused.push_back(store_->write(add("large" + std::to_string(i), 2000 + i, large)));
        small.push_back(store_->write([](WriteTxn& txn) { MetaTable::put_number(txn, "test", 1); }));
    }
    for (auto& future : refused) {
        EXPECT_EQ(kind_thrown_by([&] { tests::wait_for(loop_, std::move(future)); }), Kind::unavailable);
    }
    std::size_t committed = 0;
    for (auto& future : small) {
        committed += kind_thrown_by([&] { tests::wait_for(loop_, std::move(future)); }) ? 0U : 1U;
    }
    EXPECT_EQ(committed, pieces);
    EXPECT_EQ(told, 0);
    EXPECT_TRUE(store_->writable());
}

TEST_F(ADiskThatRefuses, StillOpensForReadingWhenItIsFull) {
    close();
    disk_.fill();
    open();
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(outcome(add("bert", 1001, large)), Kind::unavailable);
    EXPECT_EQ(find("anna"), Uid{1000});
}

TEST_F(ADiskThatRefuses, OpensForReadingWhereItIsReadOnlyAndForWritingOnceItIsNot) {
    if (!disk_.mounted()) {
        GTEST_SKIP() << "mounting is not allowed here, so there is no read-only file system to open a store on";
    }
    close();
    disk_.make_read_only();
    open();
    EXPECT_FALSE(store_->writable());
    EXPECT_EQ(find("anna"), Uid{1000});
    EXPECT_EQ(outcome(add("bert", 1001)), Kind::unavailable);
    disk_.make_writable();
    EXPECT_EQ(outcome(add("bert", 1001)), std::nullopt);
    EXPECT_TRUE(store_->writable());
    EXPECT_EQ(find("bert"), Uid{1001});
}

TEST_F(ADiskThatRefuses, CannotMakeANewStoreWhereItIsReadOnly) {
    if (!disk_.mounted()) {
        GTEST_SKIP() << "mounting is not allowed here, so there is no read-only file system to open a store on";
    }
    close();
    std::filesystem::remove(disk_.folder() + "/store/data.mdb");
    disk_.make_read_only();
    EXPECT_TRUE(kind_thrown_by([&] { open(); }).has_value());
    disk_.make_writable();
}

} // namespace
} // namespace loquet::store
