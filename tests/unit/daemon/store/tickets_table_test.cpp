// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"
#include "tests/support/canary.h"
#include "tests/unit/daemon/store/records_future.pb.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace loquet::store {
namespace {

using model::Medium;
using model::Ticket;
using model::TicketIssuer;
using model::TicketState;
using model::TicketType;
using model::Uid;

constexpr TicketKey by_mail{Uid{1000}, {TicketType::recover, Medium::mail}};

Ticket ticket(TicketState state = TicketState::opened) {
    Ticket ticket;
    ticket.place = by_mail.place;
    ticket.issuer = TicketIssuer::helpdesk;
    ticket.destination.bytes.fill(3);
    ticket.masked = "a***@e***.org";
    if (!is_final(state)) {
        ticket.seed.assign(Ticket::seed_bytes, std::uint8_t{9});
    }
    ticket.serial = 4;
    ticket.generation = 5;
    ticket.purpose = "recover-password";
    ticket.step = "mail_code";
    ticket.proved = {"question", "totp"};
    ticket.actor = 1000;
    ticket.issued = base::Milliseconds(1);
    ticket.until = base::Milliseconds(2);
    ticket.last_sent = base::Milliseconds(3);
    ticket.sent = 6;
    ticket.day_began = base::Milliseconds(2);
    ticket.day_sent = 9;
    ticket.state = state;
    ticket.why = "because";
    ticket.opened = base::Milliseconds(7);
    ticket.holder = 8;
    return ticket;
}

/// A value as a later loquetd might write it.
base::SecureBytes from_the_future(std::uint32_t state, std::uint32_t issuer, std::uint64_t serial = 4) {
    future::TicketRecord record;
    record.set_state(state);
    record.set_issuer(issuer);
    record.set_serial(serial);
    record.set_added_text("kept");
    base::WireWriter out;
    out.bytes(base::as_bytes(std::string(Ticket::seed_bytes, 's')));
    out.bytes(base::as_bytes(record.SerializeAsString()));
    return out.take();
}

future::TicketRecord record_in(const base::SecureBytes& value) {
    base::WireReader in(value);
    (void)in.bytes(Ticket::seed_bytes);
    const auto bytes = in.bytes(1000);
    future::TicketRecord record;
    EXPECT_TRUE(record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return record;
}

class ATicketsTable : public StoreFixture {
protected:
    void put(const Ticket& ticket, Uid uid = by_mail.account) {
        write([&](WriteTxn& txn) { TicketsTable::put(txn, uid, ticket); });
        reopen();
    }
    [[nodiscard]] std::optional<Ticket> get(const model::TicketPlace& place, Uid uid = by_mail.account) const {
        return read([&](const ReadTxn& txn) { return TicketsTable::get(txn, uid, place); });
    }
};

TEST_F(ATicketsTable, KeepsEverythingOfATicketInItsPlace) {
    put(ticket());
    EXPECT_EQ(get(by_mail.place), ticket());
    EXPECT_EQ(get({TicketType::recover, Medium::sms}), std::nullopt);
    EXPECT_EQ(get({TicketType::recover, std::nullopt}), std::nullopt);
    EXPECT_EQ(get({TicketType::activate, Medium::mail}), std::nullopt);
    EXPECT_EQ(get(by_mail.place, Uid{1001}), std::nullopt);
}

TEST_F(ATicketsTable, T19_LosesTheSeedWithEachFinalState) {
    for (const auto state : {TicketState::used, TicketState::voided}) {
        Ticket ends = ticket();
        put(ends);
        ends.state = state;
        put(ends);
        EXPECT_EQ(get(by_mail.place), ticket(state));
        EXPECT_EQ(read([](const ReadTxn& txn) { return txn.stored(Table::tickets, Key(by_mail)); }).front(), 0U);
    }
}

TEST_F(ATicketsTable, T19_ShowsAThiefOfTheFileNoSeed) {
    Ticket secret = ticket();
    const std::string_view seed = tests::canary::answer.substr(0, Ticket::seed_bytes);
    secret.seed.assign(seed.begin(), seed.end());
    put(secret);
    close();
    EXPECT_EQ(tests::find_canaries(base::read_file(store_folder() + "/data.mdb", 1U << 26U)),
              std::vector<std::string>{});
}

TEST_F(ATicketsTable, LosesEachTicketOfAnErasedAccountAndNoOther) {
    for (const std::uint32_t uid : {1000U, 1001U}) {
        write([&](WriteTxn& txn) { AccountsTable::put(txn, account(uid, "person" + std::to_string(uid))); });
        for (const TicketType type : model::ticket_types) {
            Ticket one = ticket();
            one.place = {type, Medium::sms};
            put(one, Uid{uid});
            one.place.medium = std::nullopt;
            put(one, Uid{uid});
        }
    }
    write([](WriteTxn& txn) { AccountsTable::erase(txn, Uid{1000}); });
    for (const TicketType type : model::ticket_types) {
        EXPECT_EQ(get({type, Medium::sms}), std::nullopt);
        EXPECT_EQ(get({type, std::nullopt}), std::nullopt);
        EXPECT_TRUE(get({type, Medium::sms}, Uid{1001}));
        EXPECT_TRUE(get({type, std::nullopt}, Uid{1001}));
    }
}

TEST(ATicketsCodec, KeepsWhatANewerDaemonAddedToATicketAndNotForTheNextOne) {
    const auto stored = from_the_future(1, 1);
    Ticket read = decode_ticket(by_mail, stored);
    EXPECT_EQ(read.state, TicketState::waiting);
    read.state = TicketState::opened;
    EXPECT_EQ(record_in(encode(read, stored)).added_text(), "kept");
    EXPECT_EQ(record_in(encode(read, stored)).state(), 2U);
    ++read.serial;
    EXPECT_EQ(record_in(encode(read, stored)).added_text(), "");
}

TEST(ATicketsCodec, TakesWhatOnlyANewerDaemonKnowsForVoidAndKeepsIt) {
    for (const auto& [state, issuer] : {std::pair{9U, 1U}, {5U, 1U}, {1U, 9U}, {0U, 1U}, {1U, 0U}, {257U, 1U}}) {
        const auto stored = from_the_future(state, issuer);
        const Ticket read = decode_ticket(by_mail, stored);
        EXPECT_EQ(read.state, TicketState::voided) << state << " " << issuer;
        EXPECT_TRUE(read.seed.empty());
        const auto rewritten = record_in(encode(read, stored));
        EXPECT_EQ(rewritten.state(), state);
        EXPECT_EQ(rewritten.issuer(), issuer);
    }
}

TEST(ATicketsCodec, RefusesBytesThatAreNoTicket) {
    base::SecureBytes damaged = encode(ticket(), {});
    damaged.pop_back();
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_ticket(by_mail, damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_ticket(by_mail, {}); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)encode(ticket(), damaged); }), Kind::corrupt);
    Ticket without_seed = ticket();
    without_seed.seed.clear();
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_ticket(by_mail, encode(without_seed, {})); }), Kind::corrupt);
}

} // namespace
} // namespace loquet::store
