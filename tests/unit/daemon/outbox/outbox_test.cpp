// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/outbox.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using base::Error;
using model::Medium;
using model::MessageState;
using store::kind_thrown_by;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

class AnOutbox : public OutboxFixture {
protected:
    AnOutbox() { make_account(1); }
    void set_address(const std::string& mail) {
        write([&](WriteTxn& txn) {
            auto private_part = store::PrivateAccounts::get(txn, model::Uid{1}).value();
            private_part.mail = mail;
            store::AccountsTable::put(txn, model::Uid{1}, private_part);
        });
    }
    void use(Settings settings) { outbox_->set(std::move(settings)); }
    [[nodiscard]] std::string why(std::uint64_t number) const {
        const auto refused = message(number);
        return refused.state == MessageState::refused ? refused.why : std::string();
    }
};

TEST_F(AnOutbox, WritesAMessageDownForTheAddressThatTheAccountHasInThatTransaction) {
    auto work = outbox_->enqueue(code_for(1));
    set_address("new@example.org");
    write(std::move(work));
    const auto queued = message(1);
    EXPECT_EQ(queued.state, MessageState::queued);
    EXPECT_EQ(queued.masked, "n***@e***.org");
    EXPECT_EQ(queued.account, model::Uid{1});
    EXPECT_EQ(queued.generation, 1U);
    EXPECT_EQ(queued.step, "one_time_code");
    EXPECT_EQ(queued.text, "code.text");
    EXPECT_EQ(queued.reference.size(), limits::delivery_reference_bytes);
    EXPECT_EQ(queued.expires - queued.created, 600s);
    const auto content = read([](const ReadTxn& txn) { return OutboxTable::content(txn, 1); });
    EXPECT_EQ(content.value().destination, "new@example.org");
}

TEST_F(AnOutbox, SendsToANamedAddressWhereThereIsOne) {
    SendRequest request = code_for(1);
    request.destination = "former@example.org"; // of a notice to the address that was changed
    EXPECT_EQ(message(enqueue(std::move(request))).masked, "f***@e***.org");
}

class AConfirmedAddress : public AnOutbox {
protected:
    AConfirmedAddress() {
        change([](model::PrivateAccount& account) {
            account.mail_confirmed = account.phone_confirmed = base::Milliseconds(0);
        });
    }
    template <class Change>
    void change(Change each) {
        write([&](WriteTxn& txn) {
            auto private_part = store::PrivateAccounts::get(txn, model::Uid{1}).value();
            each(private_part);
            store::AccountsTable::put(txn, model::Uid{1}, private_part);
        });
    }
    void send_code(Medium medium) {
        SendRequest request = code_for(1);
        request.medium = medium;
        request.generation = 1;
        write(outbox_->enqueue(std::move(request)));
    }
    [[nodiscard]] bool is_confirmed(Medium medium) {
        return read([&](const ReadTxn& txn) {
            return model::is_confirmed(store::PrivateAccounts::get(txn, model::Uid{1}).value(), medium);
        });
    }
};

TEST_F(AConfirmedAddress, IsTheOneThatTheTypedCodeWentTo) {
    for (const Medium medium : {Medium::mail, Medium::sms}) {
        EXPECT_FALSE(is_confirmed(medium));
        send_code(medium);
        write(outbox_->code_used(model::Uid{1}, "one_time_code"));
        EXPECT_TRUE(is_confirmed(medium));
    }
}

TEST_F(AConfirmedAddress, IsNoneWhereCodesWentToTwo) {
    send_code(Medium::sms);
    send_code(Medium::mail);
    write(outbox_->code_used(model::Uid{1}, "one_time_code"));
    EXPECT_FALSE(is_confirmed(Medium::mail)) << "it may have been the other one's code";
    EXPECT_FALSE(is_confirmed(Medium::sms));
}

TEST_F(AConfirmedAddress, IsTheOneThatTheCallerKnows) {
    send_code(Medium::sms);
    send_code(Medium::mail);
    write(outbox_->code_used(model::Uid{1}, SentCode{Medium::sms, 1}));
    EXPECT_FALSE(is_confirmed(Medium::mail));
    EXPECT_TRUE(is_confirmed(Medium::sms));
}

TEST_F(AConfirmedAddress, IsNoneThatTheAccountGotAfterTheCodeWentOut) {
    send_code(Medium::mail);
    change([](model::PrivateAccount& account) {
        account.mail = "other@example.org";
        ++account.generation;
    });
    write(outbox_->code_used(model::Uid{1}, "one_time_code"));
    write(outbox_->code_used(model::Uid{1}, SentCode{Medium::mail, 1}));
    EXPECT_FALSE(is_confirmed(Medium::mail));
}

TEST_F(AConfirmedAddress, IsNoneThatWasTakenAway) {
    change([](model::PrivateAccount& account) { account.mail.clear(); });
    write(outbox_->code_used(model::Uid{1}, SentCode{Medium::mail, 1}));
    change([](model::PrivateAccount& account) { account.mail = "other@example.org"; });
    EXPECT_FALSE(is_confirmed(Medium::mail));
}

TEST_F(AnOutbox, WritesNothingDownWhenTheTransactionFails) {
    auto work = outbox_->enqueue(code_for(1));
    EXPECT_EQ(kind_thrown_by([&] {
                  write([&](WriteTxn& txn) {
                      work(txn);
                      throw Error(Error::Kind::conflict, "no");
                  });
              }),
              Error::Kind::conflict);
    EXPECT_EQ(read(OutboxTable::count), 0U);
    EXPECT_EQ(read(OutboxTable::pending), 0U);
}

TEST_F(AnOutbox, RefusesInTheRecordWhatCannotBeSent) {
    set_address("");
    EXPECT_EQ(why(enqueue(code_for(1))), "no-address");
    set_address("jos\u00e9@example.org");
    EXPECT_EQ(why(enqueue(code_for(1))), "address");
    Settings without_sms = settings_;
    without_sms.media = {Medium::mail};
    use(without_sms);
    const auto number = enqueue(code_for(1, Medium::sms));
    EXPECT_EQ(why(number), "no-channel");
    EXPECT_FALSE(has_letter(number));
    write(outbox_->enqueue(code_for(99))); // nobody
    EXPECT_EQ(read(OutboxTable::count), 3U);
}

TEST_F(AnOutbox, HasRoomForItsLimitOfWaitingMessagesAndRefusesOneMore) {
    EXPECT_EQ(Settings().waiting, limits::waiting_messages);
    Settings small = settings_;
    small.waiting = 3;
    use(small);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(why(enqueue(code_for(1))), "");
    }
    EXPECT_EQ(why(enqueue(code_for(1))), "too-many");
    EXPECT_EQ(read(OutboxTable::pending), 3U);
}

TEST_F(AnOutbox, KeepsItsLimitOfMessagesAndGivesUpTheOldestThatIsDoneForOneMore) {
    EXPECT_EQ(Settings().kept, limits::kept_messages);
    static_assert(limits::waiting_messages < limits::kept_messages);
    Settings small = settings_;
    small.waiting = 1;
    small.kept = 3;
    use(small);
    const auto waits = enqueue(code_for(1));
    const auto refused = enqueue(code_for(1));
    enqueue(code_for(1));
    EXPECT_EQ(read(OutboxTable::count), 3U);
    enqueue(code_for(1));
    EXPECT_EQ(read(OutboxTable::count), 3U);
    EXPECT_EQ(message(waits).state, MessageState::queued);
    EXPECT_FALSE(read([&](const ReadTxn& txn) { return OutboxTable::get(txn, refused); }));
}

TEST_F(AnOutbox, TakesALifetimeWithinItsLimitsOnly) {
    const auto with = [&](base::Milliseconds lifetime) {
        SendRequest request = code_for(1);
        request.lifetime = lifetime;
        return kind_thrown_by([&] { (void)outbox_->enqueue(std::move(request)); });
    };
    EXPECT_EQ(with(limits::shortest_message_life), std::nullopt);
    EXPECT_EQ(with(limits::longest_message_life), std::nullopt);
    EXPECT_EQ(with(limits::shortest_message_life - 1ms), Error::Kind::invalid);
    EXPECT_EQ(with(limits::longest_message_life + 1ms), Error::Kind::invalid);
}

TEST_F(AnOutbox, ForgetsWhatIsOlderThanItKeeps) {
    set_address("");
    enqueue(code_for(1));
    clock_.advance(settings_.keep);
    enqueue(code_for(1));
    write(outbox_->tidy());
    EXPECT_EQ(read(OutboxTable::count), 2U);
    clock_.advance(1ms);
    write(outbox_->tidy());
    EXPECT_EQ(read(OutboxTable::count), 1U);
}

class AListOfMessages : public OutboxFixture {
protected:
    AListOfMessages() {
        make_account(1);
        make_account(2);
        for (const std::uint32_t uid : {1U, 2U, 1U, 2U, 1U}) {
            enqueue(code_for(uid));
        }
    }
    [[nodiscard]] MessagePage list(std::uint64_t after, std::size_t limit, const MessageFilter& filter = {}) const {
        return read([&](const ReadTxn& txn) { return list_messages(txn, after, limit, filter); });
    }
    /// With messages of somebody else, until there are so many.
    void fill_to(std::size_t count) {
        model::OutboxEntry other = message(1);
        other.account = model::Uid{3};
        const std::size_t have = read(OutboxTable::count);
        write([&](WriteTxn& txn) {
            for (std::size_t i = have; i < count; ++i) {
                OutboxTable::add(txn, other, {});
            }
        });
    }
};

TEST_F(AListOfMessages, GoesOnWhereThePageBeforeEnded) {
    const auto first = list(0, 2);
    ASSERT_EQ(first.messages.size(), 2U);
    EXPECT_EQ(first.messages[0].first, 1U);
    const auto second = list(first.next, 3);
    ASSERT_EQ(second.messages.size(), 3U);
    EXPECT_EQ(second.messages[0].first, 3U);
    EXPECT_EQ(second.next, 0U) << "that was all";
    EXPECT_EQ(list(UINT64_MAX, 1).messages.size(), 0U);
}

TEST_F(AListOfMessages, ShowsOneAccountsOrOneStates) {
    EXPECT_EQ(list(0, 10, {model::Uid{1}, {}}).messages.size(), 3U);
    EXPECT_EQ(list(0, 10, {model::Uid{2}, MessageState::queued}).messages.size(), 2U);
    EXPECT_EQ(list(0, 10, {{}, MessageState::sent}).messages.size(), 0U);
}

TEST_F(AListOfMessages, HasAPageOfItsLimitAndOneMoreOnTheNext) {
    fill_to(limits::messages_per_page + 1);
    const auto page = list(0, limits::messages_per_page + 1);
    EXPECT_EQ(page.messages.size(), limits::messages_per_page);
    EXPECT_EQ(list(page.next, 10).messages.size(), 1U);
}

TEST_F(AListOfMessages, LooksAtAsManyAsTheLimitSaysForOnePage) {
    fill_to(limits::messages_per_search);
    EXPECT_EQ(list(5, 10, {model::Uid{1}, {}}).next, 0U);
    fill_to(limits::messages_per_search + 1);
    EXPECT_EQ(list(0, 10, {model::Uid{9}, {}}).next, limits::messages_per_search);
}

} // namespace
} // namespace loquet::outbox
