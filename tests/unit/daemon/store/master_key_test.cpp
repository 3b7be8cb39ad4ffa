// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace loquet::store {
namespace {

class AMasterKey : public testing::Test {
protected:
    ~AMasterKey() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    [[nodiscard]] std::string key_file(const std::string& name, std::size_t bytes, mode_t mode) const {
        base::replace_file(folder_ / name, std::string(bytes, 'k'), mode);
        return folder_ / name;
    }
    tests::TempFolder folder_;
};

TEST_F(AMasterKey, IsReadFromThePrivateFileOfTheConfiguration) {
    const MasterKey key = MasterKey::load(key_file("key", 32, 0400));
    EXPECT_EQ(base::as_text(key.bytes()), std::string(32, 'k'));
}

TEST_F(AMasterKey, IsRefusedWhereOthersCanReadTheFile) {
    for (const mode_t mode : {0440U, 0404U, 0620U, 0601U}) {
        EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(key_file("key", 32, mode)); }), Kind::denied) << mode;
    }
}

TEST_F(AMasterKey, IsRefusedWithAnotherLength) {
    for (const std::size_t bytes : {0U, 31U, 33U}) {
        EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(key_file("key", bytes, 0400)); }), Kind::invalid) << bytes;
    }
}

TEST_F(AMasterKey, IsRefusedWhereItIsNoFile) {
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(folder_ / "missing"); }), Kind::not_found);
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(folder_.path()); }), Kind::invalid);
    ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0400), 0);
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(folder_ / "pipe"); }), Kind::invalid);
}

TEST_F(AMasterKey, ComesFromTheCredentialWhereTheConfigurationNamesNoFile) {
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(""); }), Kind::not_found);
    ::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(""); }), Kind::not_found);
    (void)key_file("master-key", 32, 0440); // as systemd shows the access list it gives to the service's user
    EXPECT_EQ(MasterKey::load("").bytes().size(), MasterKey::size);
    (void)key_file("master-key", 32, 0444);
    EXPECT_EQ(kind_thrown_by([&] { (void)MasterKey::load(""); }), Kind::denied);
}

class AStoreKey : public StoreFixture {};

TEST_F(AStoreKey, OpensNothingWhenItIsWrongAndTouchesNothing) {
    write([](WriteTxn& txn) { AccountsTable::put(txn, account(1000, "anna")); });
    close();
    const std::string before = base::read_file(store_folder() + "/data.mdb", 1U << 24U);
    const auto open_with_another_key = [&] {
        store_ = std::make_unique<Store>(Settings{.folder = store_folder()}, test_key('x'), loop_);
    };
    EXPECT_EQ(kind_thrown_by(open_with_another_key), Kind::denied);
    EXPECT_EQ(base::read_file(store_folder() + "/data.mdb", 1U << 24U), before);
}

TEST_F(AStoreKey, IsChangedByRewrappingOneRecord) {
    write([](WriteTxn& txn) { AccountsTable::put(txn, account(1000, "anna")); });
    const auto raw = [&] {
        return read([](const ReadTxn& txn) {
            const auto bytes = txn.get_raw(Table::public_accounts, Key(model::Uid{1000})).value();
            return std::string(base::as_text(bytes));
        });
    };
    const std::string before = raw();
    store_->change_master_key(test_key('n'));
    EXPECT_EQ(raw(), before);
    close();
    EXPECT_EQ(kind_thrown_by([&] { store_ = make(); }), Kind::denied); // the former key
    store_ = std::make_unique<Store>(Settings{.folder = store_folder()}, test_key('n'), loop_);
    EXPECT_EQ(read([](const ReadTxn& txn) { return PublicAccounts::find(txn, "anna"); }), model::Uid{1000});
}

} // namespace
} // namespace loquet::store
