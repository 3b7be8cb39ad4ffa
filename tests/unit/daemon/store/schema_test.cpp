// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/acts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/steps_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "paths.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace loquet::store {
namespace {

using model::Uid;

class ASchema : public StoreFixture {};

TEST_F(ASchema, IsOursInANewStore) {
    EXPECT_EQ(read(stored_schema), schema_version());
}

TEST_F(ASchema, IsRefusedWhereANewerDaemonWroteItAndNothingIsTouched) {
    write([](WriteTxn& txn) { MetaTable::put_number(txn, "schema", schema_version() + 1U); });
    close();
    const std::string file = store_folder() + "/data.mdb";
    const std::string before = base::read_file(file, 1U << 24U);
    EXPECT_EQ(kind_thrown_by([&] { store_ = make(); }), Kind::conflict);
    EXPECT_EQ(base::read_file(file, 1U << 24U), before);
}

TEST_F(ASchema, IsBroughtToOursWhereItIsOlder) {
    write([](WriteTxn& txn) {
        MetaTable::put_number(txn, "schema", 0);
        txn.erase(Table::meta, Key("audit-head"));
    });
    reopen();
    EXPECT_EQ(read(stored_schema), schema_version());
    EXPECT_EQ(read(MetaTable::chain_head), ChainHead{});
}

TEST_F(ASchema, IsMigratedOnceOnly) {
    write([](WriteTxn& txn) { MetaTable::put_chain_head(txn, {.sequence = 7, .link = {}}); });
    reopen();
    EXPECT_EQ(read(MetaTable::chain_head).value().sequence, 7U);
}

/// A copy of the database that a past release left behind (tests/fixtures/store/make_fixture.cpp).
class APastStore : public testing::TestWithParam<int> {
protected:
    APastStore() {
        const std::string past = std::string(LOQUET_SOURCE_DIR "/tests/fixtures/store/") + std::to_string(GetParam());
        std::filesystem::create_directory(folder_ / "store");
        std::filesystem::permissions(folder_ / "store", std::filesystem::perms::owner_all);
        std::filesystem::copy_file(past + "/data.mdb", folder_ / "store/data.mdb");
        const MasterKey key(base::Secret(base::read_file(past + "/master-key", MasterKey::size)));
        store_ = std::make_unique<Store>(Settings{.folder = folder_ / "store"}, key, loop_);
    }
    tests::TempFolder folder_;
    bus::Loop loop_;
    std::unique_ptr<Store> store_;
};

TEST_P(APastStore, OpensWithEverythingInIt) {
    store_->read([](const ReadTxn& txn) {
        EXPECT_EQ(stored_schema(txn), schema_version());
        EXPECT_EQ(PublicAccounts::count(txn), 2U);
        EXPECT_EQ(PublicAccounts::find(txn, "anna"), Uid{1000});
        EXPECT_EQ(PublicAccounts::get(txn, Uid{1000}).value().display_name, "Anna Lopez");
        EXPECT_EQ(PrivateAccounts::get(txn, Uid{1000}).value().mail, "anna@example.org");
        EXPECT_EQ(Credentials::get(txn, Uid{1000}).value().history.size(), 1U);
        EXPECT_EQ(PrivateAccounts::get(txn, Uid{1001}).value().state, model::AccountState::locked);
        EXPECT_EQ(base::as_text(StepsTable::get(txn, Uid{1000}, "totp").value()), "seed");
        EXPECT_EQ(CountersTable::attempts(txn, txn.digest(DigestKind::name, "anna")).account.consecutive, 2U);
        EXPECT_EQ(CountersTable::attempts(txn, txn.digest(DigestKind::name, "nobody")).account.consecutive, 4U);
        EXPECT_EQ(CountersTable::site(txn).consecutive, 6U);
        EXPECT_EQ(MetaTable::steady_time(txn), base::Milliseconds(1700000000000));
        EXPECT_EQ(MetaTable::chain_head(txn).value().sequence, 2U);
        return 0;
    });
    store_->write_now([](WriteTxn& txn) {
        EXPECT_EQ(AccountsTable::allocate(txn, {1000, 1010}), Uid{1003}); // 1002 was erased
    });
}

TEST_P(APastStore, HasAnOutboxWithTheMessagesOfItsTime) {
    constexpr int first_with_messages = 3;
    store_->read([](const ReadTxn& txn) {
        const auto waiting = OutboxTable::get(txn, 1);
        EXPECT_EQ(waiting.has_value(), GetParam() >= first_with_messages);
        EXPECT_EQ(OutboxTable::pending(txn), waiting ? 1U : 0U);
        if (waiting) {
            EXPECT_EQ(OutboxTable::content(txn, 1).value().destination, "anna@example.org");
            EXPECT_EQ(OutboxTable::get(txn, 2).value().why, "budget:account");
            const auto site = txn.digest(DigestKind::budget, "mail site");
            EXPECT_EQ(BudgetsTable::usage(txn, site).unproven.within_day(waiting->created), 1U);
        }
        return 0;
    });
}

TEST_P(APastStore, HasTheTicketsOfItsTime) {
    constexpr int first_with_tickets = 4;
    store_->read([](const ReadTxn& txn) {
        const auto ticket = TicketsTable::get(txn, Uid{1000}, {model::TicketType::recover, model::Medium::mail});
        EXPECT_EQ(ticket.has_value(), GetParam() >= first_with_tickets);
        if (ticket) {
            EXPECT_EQ(ticket->state, model::TicketState::waiting);
            EXPECT_EQ(ticket->seed, base::SecureBytes(model::Ticket::seed_bytes, std::uint8_t{7}));
            EXPECT_EQ(ticket->serial, 3U);
            EXPECT_EQ(ticket->proved, std::vector<std::string>{"question"});
        }
        return 0;
    });
}

TEST_P(APastStore, FindsItsAccountsByTheirConfirmedAddress) {
    constexpr int first_with_a_confirmed_address = 5;
    store_->read([](const ReadTxn& txn) {
        EXPECT_FALSE(IdentifiersTable::is_outdated(txn));
        const auto found = IdentifiersTable::with_mail(txn, "anna@example.org", 2);
        EXPECT_EQ(found, GetParam() >= first_with_a_confirmed_address ? std::vector{Uid{1000}} : std::vector<Uid>{});
        return 0;
    });
    store_->write_now([](WriteTxn& txn) {
        auto anna = PrivateAccounts::get(txn, Uid{1000}).value();
        anna.mail_confirmed = base::Milliseconds(1);
        AccountsTable::put(txn, Uid{1000}, anna);
    });
    store_->read([](const ReadTxn& txn) {
        EXPECT_EQ(IdentifiersTable::with_mail(txn, "anna@example.org", 2), std::vector{Uid{1000}});
        return 0;
    });
}

TEST_P(APastStore, HasTheActsOfItsTime) {
    constexpr int first_with_acts = 5;
    const auto acts = store_->read([](const ReadTxn& txn) { return ActsTable::of(txn, Uid{1000}); });
    ASSERT_EQ(acts.size(), GetParam() >= first_with_acts ? 1U : 0U);
    if (!acts.empty()) {
        EXPECT_EQ(acts.front().kind, model::ActKind::factor_removed);
        EXPECT_EQ(acts.front().actor_name, "paul");
        EXPECT_EQ(acts.front().detail, "totp");
    }
}

INSTANTIATE_TEST_SUITE_P(EverySchema, APastStore, testing::Range(1, static_cast<int>(schema_version()) + 1));

} // namespace
} // namespace loquet::store
