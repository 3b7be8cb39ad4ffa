// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/receipts.h"

#include "daemon/outbox/kept_receipts.h"
#include "daemon/outbox/states.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

Receipts::Receipts(Parts parts, const std::vector<ChannelDoor>& doors) : parts_(parts), tasks_(parts.tasks) {
    for (const ChannelDoor& door : doors) { // one instance may serve several media
        if (std::ranges::find(channels_, door.name, &Asked::name) == channels_.end()) {
            channels_.emplace_back();
            channels_.back().name = door.name;
            channels_.back().client = door.client;
        }
    }
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

void Receipts::sent(std::uint64_t number, const model::Outgoing& message) {
    const auto channel = std::ranges::find(channels_, message.channel, &Asked::name);
    if (channel == channels_.end() || !awaits_receipt(message)) {
        return;
    }
    const Milliseconds now = parts_.outbox.now();
    if (channel->awaited.empty()) { // nobody asked meanwhile
        channel->next = std::max(channel->next, now + parts_.outbox.settings().receipts);
    }
    channel->awaited.add(number, message.changed);
    if (running_ && !timer_) {
        wait_for_next(now);
    }
}

std::size_t Receipts::awaited() const {
    std::size_t all = 0;
    for (const Asked& channel : channels_) {
        all += channel.awaited.size();
    }
    return all;
}

void Receipts::look() {
    if (!running_) {
        return;
    }
    const Milliseconds now = parts_.outbox.now();
    for (Asked& channel : channels_) {
        channel.awaited.drop_older(now - parts_.outbox.settings().keep);
        if (!channel.asking && !channel.awaited.empty() && channel.next <= now) {
            channel.asking = true;
            tasks_.spawn(ask(channel));
        }
    }
    wait_for_next(now);
}

void Receipts::wait_for_next(Milliseconds now) {
    std::optional<Milliseconds> next;
    for (const Asked& channel : channels_) {
        if (!channel.asking && !channel.awaited.empty()) {
            next = next ? std::min(*next, channel.next) : channel.next;
        }
    }
    timer_ = {};
    if (next) {
        timer_ = parts_.loop.after(std::max(*next - now, Milliseconds(1)), [this] { look(); });
    }
}

base::Task<void> Receipts::ask(Asked& channel) {
    for (std::size_t questions = 0; questions < questions_in_a_row; ++questions) {
        auto asking = ask_once(channel);
        const bool more = co_await asking;
        if (!more || !running_) {
            break;
        }
    }
    channel.asking = false;
    channel.next = parts_.outbox.now() + parts_.outbox.settings().receipts;
    look();
}

base::Task<bool> Receipts::ask_once(Asked& channel) {
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

protocol::ReceiptsRequest Receipts::question(Asked& channel) {
    protocol::ReceiptsRequest request;
    request.kept = channel.kept;
    const auto numbers =
        channel.awaited.take_due(parts_.outbox.now(), parts_.outbox.settings().receipts, limits::receipts_at_once);
    for (const std::uint64_t number : numbers) {
        const auto message = parts_.store.read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); });
        if (message && awaits_receipt(*message)) {
            request.sent.push_back({message->reference, message->gateway_reference});
        } else {
            channel.awaited.remove(number);
        }
    }
    return request;
}

base::Task<bool> Receipts::keep(Asked& channel, std::vector<protocol::Receipt> receipts) {
    if (receipts.empty()) {
        co_return true;
    }
    const auto result = std::make_shared<KeptReceipts>();
    try {
        auto writing =
            parts_.store.write([result, name = channel.name, receipts = std::move(receipts), now = parts_.outbox.now()](
                                   WriteTxn& txn) { *result = keep_receipts(txn, name, receipts, now); });
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
