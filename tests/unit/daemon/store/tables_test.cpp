// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds for every table of the list, also for those that come.
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/tables.h"
#include "daemon/store/transaction.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace loquet::store {
namespace {

using model::Uid;

constexpr Uid erased_account{2000};
constexpr Uid kept_account{2001};
constexpr std::uint32_t shared_group = 3000;

class ATable : public StoreFixture {
protected:
    ATable() {
        write([](WriteTxn& txn) {
            GroupsTable::put(txn, {shared_group, "cnrs"});
            add(txn, erased_account, "anna");
            add(txn, kept_account, "anna2");
        });
    }
    static void add(WriteTxn& txn, Uid uid, const std::string& name) {
        auto added = account(uid.value, name);
        added.groups = {shared_group};
        AccountsTable::put(txn, added);
        model::PrivateAccount with_address;
        with_address.mail = name + "@example.org";
        with_address.mail_confirmed = base::Milliseconds(1);
        AccountsTable::put(txn, uid, with_address);
        for (const TableSpec& spec : table_specs) {
            for (const Key& key : keys_of(txn, spec, uid, name)) {
                if (!txn.contains(spec.table, key)) {
                    txn.put(spec.table, key, base::as_bytes("anything"));
                }
            }
        }
    }
    /// Under which keys the table may hold something of an account.
    static std::vector<Key> keys_of(const ReadTxn& txn, const TableSpec& spec, Uid uid, const std::string& name) {
        switch (spec.when_erased) {
        case WhenErased::goes_by_uid:
            return {Key(uid), Key(uid, txn.digest(DigestKind::step, "one")),
                    Key(uid, txn.digest(DigestKind::step, "two"))};
        case WhenErased::goes_by_name:
            return {Key(txn.digest(DigestKind::name, name))};
        case WhenErased::goes_by_address:
            return {Key(IdentifierKey{txn.digest(DigestKind::identifier, "mail " + name + "@example.org"), uid})};
        case WhenErased::leaves_groups:
            return {Key(Membership{shared_group, uid})};
        case WhenErased::is_marked:
            return {Key(uid)};
        case WhenErased::stays:
            return {};
        }
        return {};
    }
};

TEST_F(ATable, LosesWhatItHoldsOfAnErasedAccountAsItsLineSays) {
    write([](WriteTxn& txn) { EXPECT_TRUE(AccountsTable::erase(txn, erased_account)); });
    read([](const ReadTxn& txn) {
        for (const TableSpec& spec : table_specs) {
            for (const Key& key : keys_of(txn, spec, erased_account, "anna")) {
                EXPECT_EQ(txn.contains(spec.table, key), spec.when_erased == WhenErased::is_marked) << spec.name;
            }
            for (const Key& key : keys_of(txn, spec, kept_account, "anna2")) {
                EXPECT_TRUE(txn.contains(spec.table, key)) << spec.name << " lost what another account has";
            }
        }
        return 0;
    });
    EXPECT_TRUE(read([](const ReadTxn& txn) { return AccountsTable::is_given(txn, erased_account); }));
}

TEST_F(ATable, KeepsWhatIsNoAccountsWhenOneIsErased) {
    std::map<std::string_view, std::size_t> before;
    write([&](WriteTxn& txn) {
        for (const TableSpec& spec : table_specs) {
            if (spec.when_erased == WhenErased::stays) {
                txn.put(spec.table, Key(std::string_view("something")), base::as_bytes("anything"));
                before[spec.name] = txn.count(spec.table);
            }
        }
        AccountsTable::erase(txn, erased_account);
    });
    read([&](const ReadTxn& txn) {
        for (const TableSpec& spec : table_specs) {
            if (spec.when_erased == WhenErased::stays) {
                EXPECT_GE(txn.count(spec.table), before[spec.name]) << spec.name;
            }
        }
        return 0;
    });
}

/// Whether the record opens as one of its table and key.
bool opens(const ReadTxn& txn, Table table, Bytes key) {
    return kind_thrown_by([&] { (void)txn.get(table, Key::from(key)); }) != Kind::corrupt;
}

TEST_F(ATable, HoldsNothingUnsealedButWhatItsLineSays) {
    std::size_t unsealed = 0;
    read([&](const ReadTxn& txn) {
        for (const TableSpec& spec : table_specs) {
            txn.each_key(spec.table, Key(), [&](Bytes key) {
                const bool is_data_key = spec.sealed == Sealed::all_but_data_key && base::as_text(key) == "data-key";
                EXPECT_EQ(opens(txn, spec.table, key), !is_data_key) << spec.name;
                unsealed += is_data_key ? 1U : 0U;
                return true;
            });
        }
        return 0;
    });
    EXPECT_EQ(unsealed, 1U);
}

// The check of the test above.
TEST_F(ATable, WouldShowARecordThatWasPutUnsealed) {
    const Key key(Uid{1});
    write([&](WriteTxn& txn) { txn.put_raw(Table::private_accounts, key, base::as_bytes("plain")); });
    EXPECT_FALSE(read([&](const ReadTxn& txn) { return opens(txn, Table::private_accounts, key.bytes()); }));
}

TEST(TheListOfTables, HasEachNameOnceAndItsTableAtItsPlace) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < table_specs.size(); ++i) {
        EXPECT_EQ(index_of(table_specs.at(i).table), i);
        EXPECT_TRUE(names.insert(table_specs.at(i).name).second) << table_specs.at(i).name;
        EXPECT_LE(table_specs.at(i).since, schema_version()) << table_specs.at(i).name;
    }
    EXPECT_EQ(name_of(Table::references), "references");
}

/// Bytes that no sealing protects from a defect of the writer.
class ATypedTable : public StoreFixture {
protected:
    using Numbers = IndexTable<Table::references, std::uint64_t>;
    using Groups = TypedTable<Table::groups, std::uint32_t, model::PublicGroup, decode_group, encode>;
};

TEST_F(ATypedTable, GivesWhatWasPutInTheOrderOfKeysUntilTheVisitEnds) {
    write([](WriteTxn& txn) {
        for (const std::uint32_t gid : {300U, 2U, 70000U}) {
            Groups::put(txn, gid, {gid, "group " + std::to_string(gid)});
        }
    });
    std::vector<std::uint32_t> seen;
    read([&](const ReadTxn& txn) {
        EXPECT_EQ(Groups::get(txn, 300).value().organisation, "group 300");
        EXPECT_EQ(Groups::get(txn, 301), std::nullopt);
        EXPECT_TRUE(Groups::contains(txn, 2));
        EXPECT_EQ(Groups::count(txn), 3U);
        Groups::each(txn, 3, [&](std::uint32_t gid, const model::PublicGroup& found) {
            EXPECT_EQ(found.gid, gid);
            seen.push_back(gid);
            return true;
        });
        Groups::each_key(txn, 0, [&](std::uint32_t gid) {
            seen.push_back(gid);
            return false;
        });
        return 0;
    });
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{300, 70000, 2}));
    write([](WriteTxn& txn) {
        EXPECT_TRUE(Groups::erase(txn, 2));
        EXPECT_FALSE(Groups::erase(txn, 2));
    });
}

TEST_F(ATypedTable, SaysThatARecordOrAKeyIsDamagedInPlaceOfGivingNothing) {
    const model::Digest digest{};
    write([&](WriteTxn& txn) {
        txn.put(Table::references, Key(digest), base::as_bytes("short"));
        txn.put(Table::groups, Key(std::string_view("no number")), {});
    });
    EXPECT_EQ(kind_thrown_by([&] { (void)read([&](const ReadTxn& txn) { return Numbers::get(txn, digest); }); }),
              Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)read(GroupsTable::all); }), Kind::corrupt);
}

TEST(AKey, IsReadBackAsWhatItWasMadeOfAndAsNothingElse) {
    const model::Digest digest{{1, 2, 3}};
    EXPECT_EQ(key_from<model::Digest>(Key(digest).bytes()), digest);
    EXPECT_EQ(key_from<Uid>(Key(Uid{70000}).bytes()), Uid{70000});
    EXPECT_EQ(key_from<std::uint32_t>(Key(std::uint32_t{7}).bytes()), 7U);
    EXPECT_EQ(key_from<std::uint64_t>(Key(std::uint64_t{1} << 40U).bytes()), std::uint64_t{1} << 40U);
    const auto member = key_from<Membership>(Key(Membership{8, Uid{9}}).bytes());
    EXPECT_EQ(member.value().gid, 8U);
    EXPECT_EQ(member.value().uid, Uid{9});
    EXPECT_FALSE(key_from<std::uint64_t>(Key(Uid{1}).bytes()));
    EXPECT_FALSE(key_from<Uid>(Key(digest).bytes()));
    EXPECT_FALSE(key_from<model::Digest>(Key(Uid{1}).bytes()));
    EXPECT_FALSE(key_from<Membership>(Key(Uid{1}).bytes()));
}

} // namespace
} // namespace loquet::store
