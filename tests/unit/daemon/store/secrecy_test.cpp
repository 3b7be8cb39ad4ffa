// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody reads who took the store's file and not its key.
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "tests/support/canary.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <array>

namespace loquet::store {
namespace {

constexpr std::array<std::string_view, 9> marks{"annabella-kanari", "Annabella Kanari",  "anna.kanari@example.org",
                                                "+33987654321",     "$y$j9T$kanarisalt", "$y$j9T$kanariformer",
                                                "/home/kanari",     "north-kanari",      "totp-kanari"};

class AStolenFile : public StoreFixture {
protected:
    void fill() {
        write([](WriteTxn& txn) {
            const model::Uid uid{0x5A5A5A5A};
            AccountsTable::put(txn, {.uid = uid,
                                     .gid = 1,
                                     .name = std::string(marks[0]),
                                     .display_name = std::string(marks[1]),
                                     .home = std::string(marks[6]),
                                     .shell = "/bin/sh"});
            model::PrivateAccount private_part;
            private_part.mail = marks[2];
            private_part.phone = marks[3];
            private_part.organisation = marks[7];
            AccountsTable::put(txn, uid, private_part);
            AccountsTable::put(
                txn, uid,
                model::Credential{.password_hash = std::string(marks[4]), .history = {std::string(marks[5])}});
            StepsTable::put(txn, uid, marks[8], base::as_bytes(tests::canary::answer));
            const auto name = txn.digest(DigestKind::name, marks[0]);
            CountersTable::put_attempts(txn, name, CountersTable::Whose::account, {failures(3), {}});
        });
    }
    [[nodiscard]] std::string bytes() {
        close();
        return base::read_file(store_folder() + "/data.mdb", 1U << 26U);
    }
};

TEST_F(AStolenFile, HoldsNoNameAddressNumberOrHash) {
    fill();
    const std::string stolen = bytes();
    for (const std::string_view mark : marks) {
        EXPECT_EQ(stolen.find(mark), std::string::npos) << mark;
    }
    EXPECT_EQ(tests::find_canaries(stolen), std::vector<std::string>{});
    EXPECT_EQ(stolen.find(std::string(MasterKey::size, 'k')), std::string::npos) << "the master key";
}

// The check of the test above: what is put unsealed is found by it.
TEST_F(AStolenFile, WouldShowWhatIsNotSealed) {
    write([](WriteTxn& txn) { txn.put_raw(Table::meta, Key("note"), base::as_bytes(marks[2])); });
    EXPECT_NE(bytes().find(marks[2]), std::string::npos);
}

TEST_F(AStolenFile, OpensNoRecordThatWasCopiedOverAnother) {
    write([](WriteTxn& txn) {
        for (const std::uint32_t uid : {1U, 2U}) {
            AccountsTable::put(txn, account(uid, "person" + std::to_string(uid)));
            AccountsTable::put(txn, model::Uid{uid},
                               model::Credential{.password_hash = "hash" + std::to_string(uid), .history = {}});
        }
        const auto mine = txn.get_raw(Table::credential, Key(model::Uid{1})).value();
        const base::SecureBytes copy(mine.begin(), mine.end());
        txn.put_raw(Table::credential, Key(model::Uid{2}), copy); // log in as 2 with the password of 1
    });
    const auto credential = [&](std::uint32_t uid) {
        return read([&](const ReadTxn& txn) { return Credentials::get(txn, model::Uid{uid}); });
    };
    EXPECT_EQ(credential(1).value().password_hash, "hash1");
    EXPECT_EQ(kind_thrown_by([&] { (void)credential(2); }), Kind::corrupt);
}

} // namespace
} // namespace loquet::store
