// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/waiting_list.h"

namespace loquet::outbox {

using base::Milliseconds;
using model::Digest;
using model::Medium;

std::optional<std::uint64_t> WaitingList::first_to(const Digest& destination) const {
    const auto first = lines_.lower_bound({destination, 0});
    return first != lines_.end() && first->first == destination ? std::optional(first->second) : std::nullopt;
}

void WaitingList::offer_first_to(const Digest& destination) {
    if (const auto number = first_to(destination)) {
        const Entry& entry = entries_.at(*number);
        if (!entry.in_hand) {
            due_[entry.medium].insert({entry.due, *number});
        }
    }
}

void WaitingList::withdraw(std::uint64_t number, const Entry& entry) {
    due_[entry.medium].erase({entry.due, number});
    expiry_.erase({entry.expires, number});
}

void WaitingList::add(std::uint64_t number, const model::OutboxEntry& message) {
    if (const auto known = entries_.find(number); known != entries_.end()) {
        if (!known->second.in_hand) {
            put_back(number, message.next);
        }
        return;
    }
    Entry entry;
    entry.medium = message.medium;
    entry.failures = message.attempts - message.unknown; // a restart is no gateway's fault
    entry.destination = message.destination;
    entry.due = message.next;
    entry.expires = message.expires;
    entries_.emplace(number, entry);
    lines_.insert({entry.destination, number});
    expiry_.insert({entry.expires, number});
    offer_first_to(entry.destination);
}

void WaitingList::remove(std::uint64_t number) {
    const auto found = entries_.find(number);
    if (found == entries_.end()) {
        return;
    }
    withdraw(number, found->second);
    const Digest destination = found->second.destination;
    lines_.erase({destination, number});
    entries_.erase(found);
    offer_first_to(destination);
}

WaitingList::Entry* WaitingList::find(std::uint64_t number) {
    const auto found = entries_.find(number);
    return found == entries_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> WaitingList::take(Medium medium, Milliseconds now) {
    const auto first = first_due(medium);
    if (!first || *first > now) {
        return std::nullopt;
    }
    const std::uint64_t number = due_.at(medium).begin()->second;
    Entry& entry = entries_.at(number);
    withdraw(number, entry);
    entry.in_hand = true;
    return number;
}

void WaitingList::hold(std::uint64_t number) {
    if (Entry* entry = find(number); entry != nullptr) {
        withdraw(number, *entry);
        entry->in_hand = true;
    }
}

void WaitingList::put_back(std::uint64_t number, Milliseconds at) {
    Entry* entry = find(number);
    if (entry == nullptr) {
        return;
    }
    withdraw(number, *entry);
    entry->in_hand = false;
    entry->due = at;
    expiry_.insert({entry->expires, number});
    offer_first_to(entry->destination);
}

std::vector<std::uint64_t> WaitingList::take_expired(Milliseconds now, std::size_t most) {
    std::vector<std::uint64_t> expired;
    while (expired.size() < most && !expiry_.empty() && expiry_.begin()->first <= now) {
        const std::uint64_t number = expiry_.begin()->second;
        Entry& entry = entries_.at(number);
        withdraw(number, entry);
        entry.in_hand = true;
        expired.push_back(number);
    }
    return expired;
}

std::optional<Milliseconds> WaitingList::first_due(Medium medium) const {
    const auto times = due_.find(medium);
    return times == due_.end() || times->second.empty() ? std::nullopt : std::optional(times->second.begin()->first);
}

std::optional<Milliseconds> WaitingList::first_expiry() const {
    return expiry_.empty() ? std::nullopt : std::optional(expiry_.begin()->first);
}

} // namespace loquet::outbox
