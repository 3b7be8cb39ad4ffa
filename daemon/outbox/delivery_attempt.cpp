// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/delivery_attempt.h"

#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using model::MessageState;
using model::OutboxEntry;
using store::OutboxTable;
using store::WriteTxn;

namespace {

// From, to. What is not here is not allowed.
constexpr std::array<std::pair<MessageState, MessageState>, 11> allowed{{
    {MessageState::queued, MessageState::sending},
    {MessageState::queued, MessageState::refused},
    {MessageState::queued, MessageState::expired},
    {MessageState::sending, MessageState::sent},
    {MessageState::sending, MessageState::deferred},
    {MessageState::sending, MessageState::refused},
    {MessageState::sending, MessageState::expired},
    {MessageState::deferred, MessageState::sending},
    {MessageState::deferred, MessageState::deferred},
    {MessageState::deferred, MessageState::refused},
    {MessageState::deferred, MessageState::expired},
}};

constexpr Milliseconds clocks_apart{1}; // a channel's clock and ours are rounded each by itself

constexpr std::string_view delivered = "delivered"; // OutboxEntry::why of what was sent and has arrived

void become(OutboxEntry& message, MessageState state, Milliseconds now) {
    if (!may_become(message.state, state)) {
        throw Error(Error::Kind::conflict, "a message that is " + std::string(to_text(message.state))
                                               + " cannot become " + std::string(to_text(state)));
    }
    message.state = state;
    message.changed = now;
}

void defer(OutboxEntry& message, std::string_view why, Milliseconds now, Milliseconds next) {
    become(message, MessageState::deferred, now);
    message.why = why;
    message.next = next;
}

/// Rewrites what has no final state yet.
template <class Change>
void change(WriteTxn& txn, std::uint64_t number, Change become) {
    auto message = OutboxTable::get(txn, number);
    if (message && !is_final(message->state)) {
        OutboxTable::put(txn, number, become(*std::move(message)));
    }
}

bool is_void(const store::ReadTxn& txn, const OutboxEntry& message) {
    const auto account = store::PrivateAccounts::get(txn, message.account);
    return !account || (message.code && account->generation != message.generation);
}

void count_code(WriteTxn& txn, model::Medium medium, Milliseconds now) {
    auto use = store::BudgetsTable::code_use(txn, medium);
    use.sent.add(now);
    store::BudgetsTable::put_code_use(txn, medium, use);
}

} // namespace

bool may_become(MessageState from, MessageState to) noexcept {
    return std::find(allowed.begin(), allowed.end(), std::pair(from, to)) != allowed.end();
}

OutboxEntry handed_on(OutboxEntry message, std::string_view channel, Milliseconds now) {
    become(message, MessageState::sending, now);
    message.channel = channel;
    message.why.clear();
    ++message.attempts;
    return message;
}

OutboxEntry answered(OutboxEntry message, const protocol::DeliverResponse& response, Milliseconds now,
                     Milliseconds next) {
    message.said = base::printable(response.said, limits::gateway_said_bytes);
    message.gateway_reference = base::printable(response.gateway_reference, limits::gateway_reference_bytes);
    switch (response.outcome) {
    case protocol::Outcome::sent:
        become(message, MessageState::sent, now);
        break;
    case protocol::Outcome::retry:
        defer(message, "gateway", now, next);
        break;
    case protocol::Outcome::refused:
        if (now + clocks_apart >= message.expires) { // a channel refuses what comes to it too late
            return expired(std::move(message), now);
        }
        become(message, MessageState::refused, now);
        message.why = "gateway";
        break;
    case protocol::Outcome::lost:
        return unanswered(std::move(message), "answer-lost", now, next);
    }
    return message;
}

OutboxEntry unanswered(OutboxEntry message, std::string_view why, Milliseconds now, Milliseconds next) {
    defer(message, why, now, next);
    ++message.unknown;
    return message;
}

OutboxEntry refused(OutboxEntry message, std::string_view why, Milliseconds now) {
    become(message, MessageState::refused, now);
    message.why = why;
    return message;
}

OutboxEntry expired(OutboxEntry message, Milliseconds now) {
    become(message, MessageState::expired, now);
    return message;
}

OutboxEntry recovered(OutboxEntry message, Milliseconds now) {
    return message.state == MessageState::sending ? unanswered(std::move(message), "restart", now, now) : message;
}

OutboxEntry with_receipt(OutboxEntry message, const protocol::Receipt& receipt, Milliseconds now) {
    if (message.state != MessageState::sent || message.why == delivered) {
        return message;
    }
    message.said = base::printable(receipt.said, limits::gateway_said_bytes);
    switch (receipt.outcome) {
    case protocol::ReceiptOutcome::delivered:
        message.why = delivered;
        break;
    case protocol::ReceiptOutcome::delayed:
        message.why = "delayed";
        break;
    case protocol::ReceiptOutcome::failed:
        message.state = MessageState::refused; // the only way out of a final state
        message.why = "bounced";
        message.changed = now;
        break;
    }
    return message;
}

bool awaits_receipt(const OutboxEntry& message) noexcept {
    return message.state == MessageState::sent && message.why != delivered;
}

OutboxEntry brought_forward(OutboxEntry message, Milliseconds now) {
    if (message.state != MessageState::deferred) { // what is in hand is brought to its end
        throw Error(Error::Kind::conflict,
                    "only a deferred message can be retried, and this one is " + std::string(to_text(message.state)));
    }
    defer(message, message.why, now, now);
    return message;
}

void write_begin(WriteTxn& txn, std::uint64_t number, const std::string& channel, Milliseconds now) {
    change(txn, number, [&](OutboxEntry message) {
        if (now >= message.expires) {
            return expired(std::move(message), now);
        }
        if (is_void(txn, message)) {
            return refused(std::move(message), "void", now);
        }
        return handed_on(std::move(message), channel, now);
    });
}

base::Task<Answer> ask(plugins::ChannelClient& client, protocol::DeliverRequest request) {
    Answer answer;
    const std::string destination = request.destination;
    try {
        auto delivering = client.deliver(std::move(request));
        answer.response = co_await delivering;
        // It is kept when the address is gone, and goes to the journal.
        answer.response->said = base::without_address(answer.response->said, destination);
    } catch (const Error& error) {
        answer.unsendable = error.kind() == Error::Kind::invalid || error.kind() == Error::Kind::limited;
    }
    co_return answer;
}

OutboxEntry after(OutboxEntry message, const Answer& answer, Milliseconds now, Milliseconds next) {
    if (answer.response) {
        return answered(std::move(message), *answer.response, now, next);
    }
    if (answer.too_late) {
        return expired(std::move(message), now);
    }
    return answer.unsendable ? refused(std::move(message), "unsendable", now)
                             : unanswered(std::move(message), "no-answer", now, next);
}

void write_end(WriteTxn& txn, std::uint64_t number, const Answer& answer, Milliseconds now, Milliseconds next) {
    change(txn, number, [&](OutboxEntry message) {
        OutboxEntry become = after(std::move(message), answer, now, next);
        if (become.state == MessageState::sent && become.code) {
            count_code(txn, become.medium, now);
        }
        return become;
    });
}

void write_expired(WriteTxn& txn, std::uint64_t number, Milliseconds now) {
    change(txn, number, [&](OutboxEntry message) { return expired(std::move(message), now); });
}

void write_recovered(WriteTxn& txn, std::uint64_t number, Milliseconds now) {
    change(txn, number, [&](OutboxEntry message) { return recovered(std::move(message), now); });
}

} // namespace loquet::outbox
