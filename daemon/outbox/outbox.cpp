// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/outbox.h"

#include "daemon/model/canonical_form.h"
#include "daemon/outbox/delivery_attempt.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using model::Medium;
using model::MessageState;
using model::OutboxEntry;
using store::OutboxTable;
using store::WriteTxn;

namespace {

bool passes(const MessageFilter& filter, const model::OutboxEntry& message) {
    return (!filter.account || *filter.account == message.account) && (!filter.state || *filter.state == message.state);
}

constexpr std::size_t reference_bytes = limits::delivery_reference_bytes / 2;

/// One message as it is about to be written down.
struct NewEntry {
    const Settings& settings;
    const SendRequest& request;
    OutboxEntry message;
    model::MessageContent content;
};

/// Channels take ASCII; what an account may have as an address is more (RFC 6531).
bool is_sendable(const std::string& destination) {
    return std::all_of(destination.begin(), destination.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Why it may not be sent; empty where it may, and is paid for.
std::string refusal(WriteTxn& txn, const NewEntry& entry, const model::PrivateAccount& account, Milliseconds now) {
    const auto& served = entry.settings.media;
    if (entry.content.destination.empty()) {
        return "no-address";
    }
    const auto state =
        entry.request.confirmed ? address_state(account, entry.request.medium, now) : model::AddressState::usable;
    if (state == model::AddressState::unconfirmed) {
        return "unconfirmed";
    }
    if (state == model::AddressState::held) {
        return "held";
    }
    if (!is_sendable(entry.content.destination)) {
        return "address";
    }
    if (std::find(served.begin(), served.end(), entry.request.medium) == served.end()) {
        return "no-channel";
    }
    if (OutboxTable::pending(txn) >= entry.settings.waiting) {
        return "too-many";
    }
    const QuotaKey whose{entry.request.medium, entry.request.account, entry.content.destination, entry.request.place,
                         entry.request.proven};
    const std::string_view spent = charge(txn, entry.settings.budgets, whose, now);
    return spent.empty() ? std::string() : "budget:" + std::string(spent);
}

/// The oldest one that has a final state gives way for a newcomer; there is one, as fewer wait than are kept.
void make_room(WriteTxn& txn, std::size_t kept) {
    while (OutboxTable::count(txn) >= kept) {
        std::optional<std::uint64_t> oldest;
        OutboxTable::each(txn, 0, [&](std::uint64_t number, const OutboxEntry& message) {
            oldest = is_final(message.state) ? std::optional(number) : std::nullopt;
            return !oldest;
        });
        if (!oldest) {
            throw Error(Error::Kind::limited, "the outbox is full of messages that wait");
        }
        OutboxTable::erase(txn, *oldest);
    }
}

model::MessageContent copy_of(const SendRequest& request) { // work may run more than once
    model::MessageContent content;
    content.destination = request.destination;
    content.locale = request.locale;
    for (const auto& variable : request.variables) {
        content.variables.push_back({variable.name, variable.value.clone()});
    }
    return content;
}

void describe(NewEntry& entry, const WriteTxn& txn, const model::PrivateAccount& account, Milliseconds now) {
    const SendRequest& request = entry.request;
    OutboxEntry& message = entry.message;
    std::string& destination = entry.content.destination;
    if (destination.empty()) {
        destination = address_of(account, request.medium);
    }
    const bool by_phone = request.medium == Medium::sms;
    message.medium = request.medium;
    message.masked = by_phone ? model::masked_phone(destination) : model::masked_mail(destination);
    message.destination = txn.digest(by_phone ? store::DigestKind::phone : store::DigestKind::mail, destination);
    message.account = request.account;
    message.generation = account.generation;
    message.step = request.step;
    message.text = request.text;
    message.code = request.code;
    message.created = now;
    message.expires = now + request.lifetime;
    message.next = now;
    message.changed = now;
}

void write_entry(WriteTxn& txn, const Settings& settings, const SendRequest& request, const std::string& reference,
                 Milliseconds now) {
    const auto account = store::PrivateAccounts::get(txn, request.account);
    if (!account) {
        return;
    }
    NewEntry entry{settings, request, {}, copy_of(request)};
    describe(entry, txn, *account, now);
    entry.message.reference = reference;
    if (const std::string why = refusal(txn, entry, *account, now); !why.empty()) {
        entry.message = refused(std::move(entry.message), why, now);
    }
    make_room(txn, settings.kept);
    const std::uint64_t number = OutboxTable::add(txn, entry.message, entry.content);
    if (!is_final(entry.message.state)) {
        txn.after_commit(store::MessagesAdded{{number}});
    }
}

void count_use(WriteTxn& txn, Medium medium, Milliseconds now) {
    auto use = store::BudgetsTable::code_use(txn, medium);
    use.used.add(now);
    store::BudgetsTable::put_code_use(txn, medium, use);
}

/// Of an account that was changed since the code went out, the address may be another one.
void confirm_address(WriteTxn& txn, model::Uid account, const SentCode& code, Milliseconds wall) {
    auto private_part = store::PrivateAccounts::get(txn, account);
    if (private_part && private_part->generation == code.generation && !is_confirmed(*private_part, code.medium)
        && !address_of(*private_part, code.medium).empty()) {
        confirmed_of(*private_part, code.medium) = wall;
        store::AccountsTable::put(txn, account, *private_part);
    }
}

} // namespace

MessagePage list_messages(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit,
                          const MessageFilter& filter) {
    MessagePage page;
    const std::size_t most = std::clamp<std::size_t>(limit, 1, limits::messages_per_page);
    if (after == UINT64_MAX) {
        return page;
    }
    std::size_t looked_at = 0;
    store::OutboxTable::each(txn, after + 1, [&](std::uint64_t number, const model::OutboxEntry& message) {
        if (page.messages.size() == most || looked_at == limits::messages_per_search) {
            page.next = number - 1;
            return false;
        }
        ++looked_at;
        if (passes(filter, message)) {
            page.messages.emplace_back(number, message);
        }
        return true;
    });
    return page;
}

Outbox::Outbox(Settings settings, model::SteadyTime& steady, const base::Clock& clock)
    : settings_(std::make_shared<const Settings>(std::move(settings))), steady_(steady), clock_(clock) {}

void Outbox::set(Settings settings) {
    settings_ = std::make_shared<const Settings>(std::move(settings));
}

store::Store::Work Outbox::enqueue(SendRequest request) {
    if (request.lifetime < limits::shortest_message_life || request.lifetime > limits::longest_message_life) {
        throw Error(Error::Kind::invalid, "a message lives from one second to a day");
    }
    if (request.code) {
        sent_codes_.note(request.account, request.step, {request.medium, request.generation});
    }
    return [settings = settings_, request = std::move(request), reference = base::random_hex(reference_bytes),
            now = now()](WriteTxn& txn) { write_entry(txn, *settings, request, reference, now); };
}

store::Store::Work Outbox::code_used(model::Uid account, const std::string& step) {
    const auto used = sent_codes_.take(account, step);
    if (!used) {
        return [](WriteTxn&) {};
    }
    return [account, used = *used, now = now(), wall = clock_.wall()](WriteTxn& txn) {
        count_use(txn, used.last.medium, now);
        if (used.alone) {
            confirm_address(txn, account, used.last, wall);
        }
    };
}

store::Store::Work Outbox::code_used(model::Uid account, const SentCode& code) {
    return [account, code, now = now(), wall = clock_.wall()](WriteTxn& txn) {
        count_use(txn, code.medium, now);
        confirm_address(txn, account, code, wall);
    };
}

store::Store::Work Outbox::code_used(Medium medium) {
    return [medium, now = now()](WriteTxn& txn) { count_use(txn, medium, now); };
}

store::Store::Work Outbox::bring_forward(std::uint64_t number) {
    return [number, now = now()](WriteTxn& txn) {
        auto message = OutboxTable::get(txn, number);
        if (!message) {
            throw Error(Error::Kind::not_found, "there is no message " + std::to_string(number));
        }
        OutboxTable::put(txn, number, brought_forward(*std::move(message), now));
        txn.after_commit(store::MessagesAdded{{number}});
    };
}

store::Store::Work Outbox::tidy() {
    return [before = now() - settings_->keep](WriteTxn& txn) {
        std::vector<std::uint64_t> old;
        std::size_t seen = 0;
        OutboxTable::each(txn, 0, [&](std::uint64_t number, const OutboxEntry& message) {
            if (is_final(message.state) && message.changed < before) {
                old.push_back(number);
            }
            return message.created < before && ++seen < limits::messages_per_page;
        });
        for (const std::uint64_t number : old) {
            OutboxTable::erase(txn, number);
        }
    };
}

} // namespace loquet::outbox
