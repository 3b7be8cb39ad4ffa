// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/pending_receipts.h"

#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::outbox {

using base::Milliseconds;

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

} // namespace loquet::outbox
