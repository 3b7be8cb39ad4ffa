// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/receipts.h"

#include "daemon/outbox/delivery_attempt.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using model::MessageState;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

namespace {

struct StoredReceipts {
    bool all = true;                  ///< false: one is of a message that is still in hand, and has to be told again
    std::vector<std::uint64_t> ended; ///< messages of which nothing more is to be learned
};

/// Writes down what a channel tells of messages that were sent. A reference that no message of `channel` has changes
/// nothing; nor does what is known already, so that all of them may be told any number of times.
StoredReceipts store_receipts(store::WriteTxn& txn, const std::string& channel,
                              const std::vector<protocol::Receipt>& receipts, base::Milliseconds now) {
    StoredReceipts kept;
    for (const protocol::Receipt& receipt : receipts) {
        const auto number = OutboxTable::find(txn, receipt.reference);
        const auto message = number ? OutboxTable::get(txn, *number) : std::nullopt;
        if (!message || message->channel != channel) {
            continue;
        }
        if (message->state == MessageState::sending) { // it was faster than the yes, which is about to be written down
            kept.all = false;
            continue;
        }
        const model::OutboxEntry told = with_receipt(*message, receipt, now);
        if (told != *message) {
            OutboxTable::put_receipt(txn, *number, told);
        }
        if (!awaits_receipt(told)) {
            kept.ended.push_back(*number);
        }
    }
    return kept;
}

} // namespace

void PendingReceipts::add(std::uint64_t number, Milliseconds sent) {
    if (!entries_.try_emplace(number, Entry{sent, sent}).second) {
        return;
    }
    due_.emplace(sent, number);
    if (entries_.size() > limits::awaited_receipts) {
        erase(entries_.begin());
    }
}

void PendingReceipts::erase(Entries::iterator entry) {
    due_.erase({entry->second.due, entry->first});
    entries_.erase(entry);
}

void PendingReceipts::remove(std::uint64_t number) {
    if (const auto found = entries_.find(number); found != entries_.end()) {
        erase(found);
    }
}

void PendingReceipts::clear() {
    entries_.clear();
    due_.clear();
}

void PendingReceipts::drop_older(Milliseconds time) {
    while (!entries_.empty() && entries_.begin()->second.sent < time) {
        erase(entries_.begin());
    }
}

std::vector<std::uint64_t> PendingReceipts::take_due(Milliseconds now, Milliseconds gap, std::size_t most) {
    std::vector<std::uint64_t> numbers;
    while (numbers.size() < most && !due_.empty() && due_.begin()->first <= now) {
        const std::uint64_t number = due_.begin()->second;
        due_.erase(due_.begin());
        Entry& entry = entries_.at(number);
        entry.due = now + std::max(gap, now - entry.sent);
        due_.emplace(entry.due, number);
        numbers.push_back(number);
    }
    return numbers;
}

Receipts::Receipts(Dependencies deps, const std::vector<ChannelBinding>& bindings) : deps_(deps), tasks_(deps.tasks) {
    for (const ChannelBinding& binding : bindings) { // one instance may serve several media
        if (find(binding.name) == channels_.end()) {
            channels_.push_back(std::make_shared<ReportingChannel>(binding.name, binding.client));
        }
    }
}

void Receipts::use(const std::vector<ChannelBinding>& bindings) {
    Channels channels;
    std::vector<std::string> added;
    for (const ChannelBinding& binding : bindings) {
        if (std::ranges::any_of(channels, [&](const auto& channel) { return channel->name == binding.name; })) {
            continue;
        }
        const auto known = find(binding.name);
        if (known != channels_.end() && (*known)->client == binding.client) {
            channels.push_back(*known);
            continue;
        }
        channels.push_back(std::make_shared<ReportingChannel>(binding.name, binding.client));
        added.push_back(binding.name);
    }
    channels_ = std::move(channels);
    if (!added.empty()) {
        deps_.store.read([&](const ReadTxn& txn) {
            OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                if (message.state == model::MessageState::sent
                    && std::ranges::find(added, message.channel) != added.end()) {
                    sent(number, message);
                }
                return true;
            });
            return 0;
        });
    }
    look();
}

Receipts::Channels::iterator Receipts::find(const std::string& name) {
    return std::ranges::find(channels_, name, [](const auto& channel) -> const std::string& { return channel->name; });
}

Receipts::~Receipts() = default;

void Receipts::start() {
    running_ = true;
    look();
}

void Receipts::stop() {
    running_ = false;
    timer_ = {};
}

void Receipts::sent(std::uint64_t number, const model::OutboxEntry& message) {
    const auto found = find(message.channel);
    if (found == channels_.end() || !awaits_receipt(message)) {
        return;
    }
    const auto& channel = *found;
    const Milliseconds now = deps_.outbox.now();
    if (channel->awaited.empty()) { // nobody asked meanwhile
        channel->next = std::max(channel->next, now + deps_.outbox.settings().receipts);
    }
    channel->awaited.add(number, message.changed);
    if (running_ && !timer_) {
        wait_for_next(now);
    }
}

std::size_t Receipts::awaited() const {
    std::size_t all = 0;
    for (const auto& channel : channels_) {
        all += channel->awaited.size();
    }
    return all;
}

void Receipts::look() {
    if (!running_) {
        return;
    }
    const Milliseconds now = deps_.outbox.now();
    for (const auto& channel : channels_) {
        channel->awaited.drop_older(now - deps_.outbox.settings().keep);
        if (!channel->asking && !channel->awaited.empty() && channel->next <= now) {
            channel->asking = true;
            tasks_.spawn(ask(channel));
        }
    }
    wait_for_next(now);
}

void Receipts::wait_for_next(Milliseconds now) {
    std::optional<Milliseconds> next;
    for (const auto& channel : channels_) {
        if (!channel->asking && !channel->awaited.empty()) {
            next = next ? std::min(*next, channel->next) : channel->next;
        }
    }
    timer_ = {};
    if (next) {
        timer_ = deps_.loop.after(std::max(*next - now, Milliseconds(1)), [this] { look(); });
    }
}

base::Task<void> Receipts::ask(std::shared_ptr<ReportingChannel> channel) {
    for (std::size_t questions = 0; questions < questions_in_a_row; ++questions) {
        auto asking = ask_once(*channel);
        const bool more = co_await asking;
        if (!more || !running_) {
            break;
        }
    }
    channel->asking = false;
    channel->next = deps_.outbox.now() + deps_.outbox.settings().receipts;
    look();
}

base::Task<bool> Receipts::ask_once(ReportingChannel& channel) {
    protocol::ReceiptsResponse response;
    try {
        auto asking = channel.client->receipts(question(channel));
        response = co_await asking;
    } catch (const Error&) {
        co_return false; // later, then
    }
    auto keeping = keep(channel, std::move(response.receipts));
    const bool kept = co_await keeping;
    if (!kept) {
        co_return false;
    }
    channel.kept = response.batch;
    if (channel.kept == 0) { // it never learns anything: it is asked again after its next message, and no more
        channel.awaited.clear();
    }
    co_return response.more;
}

protocol::ReceiptsRequest Receipts::question(ReportingChannel& channel) {
    protocol::ReceiptsRequest request;
    request.kept = channel.kept;
    const auto numbers =
        channel.awaited.take_due(deps_.outbox.now(), deps_.outbox.settings().receipts, limits::receipts_at_once);
    for (const std::uint64_t number : numbers) {
        const auto message = deps_.store.read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); });
        if (message && awaits_receipt(*message)) {
            request.sent.push_back({message->reference, message->gateway_reference});
        } else {
            channel.awaited.remove(number);
        }
    }
    return request;
}

base::Task<bool> Receipts::keep(ReportingChannel& channel, std::vector<protocol::Receipt> receipts) {
    if (receipts.empty()) {
        co_return true;
    }
    const auto result = std::make_shared<StoredReceipts>();
    try {
        auto writing =
            deps_.store.write([result, name = channel.name, receipts = std::move(receipts), now = deps_.outbox.now()](
                                  WriteTxn& txn) { *result = store_receipts(txn, name, receipts, now); });
        co_await writing;
    } catch (const Error&) { // the disk refuses, or cannot keep up: the channel tells it again
        co_return false;
    }
    for (const std::uint64_t number : result->ended) {
        channel.awaited.remove(number);
    }
    co_return result->all;
}

} // namespace loquet::outbox
