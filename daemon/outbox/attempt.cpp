// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/attempt.h"

#include "daemon/outbox/states.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using model::MessageState;
using model::OutboxEntry;
using store::OutboxTable;
using store::WriteTxn;

namespace {

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
