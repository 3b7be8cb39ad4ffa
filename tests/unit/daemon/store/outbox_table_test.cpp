// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/outbox_table.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/canary.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <vector>

namespace loquet::store {
namespace {

using model::MessageContent;
using model::MessageState;
using model::OutboxEntry;

OutboxEntry message(MessageState state = MessageState::queued) {
    OutboxEntry message;
    message.state = state;
    message.medium = model::Medium::sms;
    message.why = "because";
    message.said = "250 ok";
    message.gateway_reference = "gw-1";
    message.reference = std::string(32, 'a');
    message.masked = "+33*******78";
    message.destination.bytes.fill(7);
    message.account = model::Uid{30001};
    message.generation = 3;
    message.step = "sms_code";
    message.text = "one_time_code.sms";
    message.code = true;
    message.channel = "sms_http";
    message.attempts = 2;
    message.unknown = 1;
    message.created = base::Milliseconds(1);
    message.expires = base::Milliseconds(2);
    message.next = base::Milliseconds(3);
    message.changed = base::Milliseconds(4);
    return message;
}

MessageContent content() {
    MessageContent content;
    content.destination = "+33612345678";
    content.locale = "fr_FR.UTF-8";
    content.variables.push_back({"code", base::Secret(tests::canary::answer)});
    return content;
}

class AnOutboxTable : public StoreFixture {
protected:
    std::uint64_t add(const OutboxEntry& message) {
        std::uint64_t number = 0;
        write([&](WriteTxn& txn) { number = OutboxTable::add(txn, message, content()); });
        return number;
    }
    void put(std::uint64_t number, const OutboxEntry& message) {
        write([&](WriteTxn& txn) { OutboxTable::put(txn, number, message); });
    }
    [[nodiscard]] std::optional<OutboxEntry> get(std::uint64_t number) const {
        return read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); });
    }
    [[nodiscard]] bool has_letter(std::uint64_t number) const {
        return read([&](const ReadTxn& txn) { return OutboxTable::content(txn, number).has_value(); });
    }
};

TEST_F(AnOutboxTable, KeepsEverythingOfAMessageAndItsLetter) {
    const std::uint64_t number = add(message());
    reopen();
    EXPECT_EQ(get(number), message());
    const auto kept = read([&](const ReadTxn& txn) { return OutboxTable::content(txn, number); });
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->destination, "+33612345678");
    EXPECT_EQ(kept->locale, "fr_FR.UTF-8");
    ASSERT_EQ(kept->variables.size(), 1U);
    EXPECT_EQ(kept->variables[0].name, "code");
    EXPECT_EQ(kept->variables[0].value.reveal(), tests::canary::answer);
}

TEST_F(AnOutboxTable, GivesNoNumberTwice) {
    const std::uint64_t first = add(message());
    const std::uint64_t second = add(message());
    EXPECT_GT(second, first);
    write([&](WriteTxn& txn) { EXPECT_TRUE(OutboxTable::erase(txn, second)); });
    reopen();
    EXPECT_GT(add(message()), second);
}

TEST_F(AnOutboxTable, LosesTheLetterWithEachFinalState) {
    for (const auto state : {MessageState::sent, MessageState::refused, MessageState::expired}) {
        const std::uint64_t number = add(message());
        put(number, message(MessageState::sending));
        EXPECT_TRUE(has_letter(number));
        put(number, message(state));
        EXPECT_FALSE(has_letter(number));
        EXPECT_EQ(get(number), message(state));
    }
    EXPECT_FALSE(has_letter(add(message(MessageState::refused))));
}

TEST_F(AnOutboxTable, NeverChangesAFinalState) {
    const std::uint64_t number = add(message());
    put(number, message(MessageState::sent));
    EXPECT_EQ(kind_thrown_by([&] { put(number, message(MessageState::queued)); }), Kind::conflict);
    EXPECT_EQ(kind_thrown_by([&] { put(number + 1, message()); }), Kind::not_found);
}

TEST_F(AnOutboxTable, FindsAMessageByItsReferenceForAsLongAsItIsKept) {
    const auto find = [&](char digit) {
        return read([&](const ReadTxn& txn) { return OutboxTable::find(txn, std::string(32, digit)); });
    };
    OutboxEntry second = message();
    second.reference = std::string(32, 'b');
    const std::uint64_t a = add(message());
    const std::uint64_t b = add(second);
    EXPECT_EQ(find('a'), a);
    EXPECT_EQ(find('b'), b);
    EXPECT_EQ(find('c'), std::nullopt);
    put(a, message(MessageState::sent));
    reopen();
    EXPECT_EQ(find('a'), a);
    write([&](WriteTxn& txn) { OutboxTable::erase(txn, a); });
    EXPECT_EQ(find('a'), std::nullopt);
    EXPECT_EQ(find('b'), b);
    OutboxEntry refused = message(MessageState::refused);
    refused.reference = std::string(32, 'c');
    add(refused);
    EXPECT_EQ(find('c'), std::nullopt) << "it was never sent";
}

TEST_F(AnOutboxTable, KeepsAReceiptOfWhatWasSentAndOfNothingElse) {
    const auto put_receipt = [&](std::uint64_t number, const OutboxEntry& told) {
        write([&](WriteTxn& txn) { OutboxTable::put_receipt(txn, number, told); });
    };
    const std::uint64_t number = add(message());
    EXPECT_EQ(kind_thrown_by([&] { put_receipt(number, message(MessageState::refused)); }), Kind::conflict);
    put(number, message(MessageState::sent));
    EXPECT_EQ(kind_thrown_by([&] { put_receipt(number, message(MessageState::queued)); }), Kind::conflict);
    OutboxEntry delivered = message(MessageState::sent);
    delivered.why = "delivered";
    put_receipt(number, delivered);
    EXPECT_EQ(get(number), delivered);
    put_receipt(number, message(MessageState::refused));
    EXPECT_EQ(get(number), message(MessageState::refused));
    EXPECT_EQ(kind_thrown_by([&] { put_receipt(number, delivered); }), Kind::conflict);
    EXPECT_EQ(kind_thrown_by([&] { put_receipt(number + 1, delivered); }), Kind::not_found);
    EXPECT_EQ(read(OutboxTable::pending), 0U);
}

TEST_F(AnOutboxTable, CountsThoseWithoutAFinalState) {
    const auto pending = [&] { return read(OutboxTable::pending); };
    const std::uint64_t first = add(message());
    const std::uint64_t second = add(message(MessageState::deferred));
    add(message(MessageState::refused));
    EXPECT_EQ(pending(), 2U);
    put(first, message(MessageState::sending));
    EXPECT_EQ(pending(), 2U);
    put(first, message(MessageState::sent));
    write([&](WriteTxn& txn) { OutboxTable::erase(txn, second); });
    write([&](WriteTxn& txn) { OutboxTable::erase(txn, first); });
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(read(OutboxTable::count), 1U);
}

TEST_F(AnOutboxTable, TellsTheLoopOfNotedMessagesOnceTheyAreDurable) {
    std::vector<std::uint64_t> told;
    const auto subscription = store_->on<MessagesAdded>([&](const auto& added) { told = added.numbers; });
    EXPECT_EQ(outcome(store_->write([](WriteTxn& txn) {
                  txn.after_commit(MessagesAdded{{OutboxTable::add(txn, message(), content())}});
                  throw base::Error(Kind::conflict, "no");
              })),
              Kind::conflict);
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(outcome(store_->write([](WriteTxn& txn) {
                  txn.after_commit(MessagesAdded{{OutboxTable::add(txn, message(), content())}});
              })),
              std::nullopt);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(get(told.front()), message());
}

TEST_F(AnOutboxTable, TakesALetterUpToItsLimitsAndRefusesOneMore) {
    const auto size_of = [](std::size_t variables, std::size_t value, std::size_t name, std::size_t destination,
                            std::size_t locale) {
        MessageContent content;
        content.destination = std::string(destination, 'd');
        content.locale = std::string(locale, 'l');
        for (std::size_t i = 0; i < variables; ++i) {
            content.variables.push_back({std::string(name, 'n'), base::Secret(std::string(value, 'v'))});
        }
        return kind_thrown_by([&] { (void)decode_content(encode(content)); });
    };
    constexpr std::size_t variables = limits::message_variables;
    constexpr std::size_t value = limits::message_variable_bytes;
    constexpr std::size_t name = limits::plugin_name_bytes;
    EXPECT_EQ(size_of(variables, value, name, limits::mail_bytes, limits::client_field_bytes), std::nullopt);
    EXPECT_EQ(size_of(variables + 1, 1, 1, 1, 1), Kind::limited);
    EXPECT_EQ(size_of(1, value + 1, 1, 1, 1), Kind::limited);
    EXPECT_EQ(size_of(1, 1, name + 1, 1, 1), Kind::limited);
    EXPECT_EQ(size_of(1, 1, 1, limits::mail_bytes + 1, 1), Kind::limited);
    EXPECT_EQ(size_of(1, 1, 1, 1, limits::client_field_bytes + 1), Kind::limited);
}

TEST(AMessageOfANewerDaemon, WithAStateThatIsUnknownCountsAsRefused) {
    OutboxEntry newer = message();
    newer.state = static_cast<MessageState>(9);
    EXPECT_EQ(decode_outbox_entry(encode(newer, {})).state, MessageState::refused);
}

TEST(AMessageCodec, RefusesBytesThatAreNoMessage) {
    const base::SecureBytes damaged{0x0a, 0xff, 0xff, 0xff, 0x7f};
    EXPECT_EQ(kind_thrown_by([&] { (void)split_message(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_content(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_outbox_entry(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_usage(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_code_use(damaged); }), Kind::corrupt);
}

} // namespace
} // namespace loquet::store
