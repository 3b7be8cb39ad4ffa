// SPDX-License-Identifier: LGPL-2.1-or-later
// Counters in memory for as long as somebody uses them, or the store has not got them. One thread.
#pragma once

#include "daemon/model/counters.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace loquet::conversation {

template <class Value>
class CounterCache {
public:
    using Version = std::uint64_t;

    /// Keeps a value in the book while it lives; `load()` gives it where it is not there yet, and may throw. Above
    /// `most` entries the value is dropped in the end even if the store has not got it.
    class [[nodiscard]] Held {
    public:
        template <class Load>
        Held(CounterCache& book, const model::CounterKey& key, std::size_t most, Load load)
            : book_(book), key_(key), most_(most) {
            book_.hold(key_, load);
        }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held() { book_.release(key_, most_); }

    private:
        CounterCache& book_;
        model::CounterKey key_;
        std::size_t most_;
    };

    /// Until release(); see Held.
    template <class Load>
    void hold(const model::CounterKey& key, Load load) {
        auto place = entries_.find(key);
        if (place == entries_.end()) {
            place = entries_.emplace(key, Entry{load(), 0, 0, 0}).first;
        }
        ++place->second.holders;
    }
    void release(const model::CounterKey& key, std::size_t most) {
        if (--entries_.at(key).holders == 0 && entries_.size() > most) {
            entries_.erase(key);
        } else {
            drop_if_done(key);
        }
    }

    [[nodiscard]] const Value& get(const model::CounterKey& key) const { return entries_.at(key).value; }
    void set(const model::CounterKey& key, Value value) {
        Entry& entry = entries_.at(key);
        if (!(entry.value == value)) {
            entry.value = std::move(value);
            ++entry.version;
        }
    }
    [[nodiscard]] Version version(const model::CounterKey& key) const { return entries_.at(key).version; }
    /// Whether the store has the value as it stands, as far as is known by now.
    [[nodiscard]] bool is_durable(const model::CounterKey& key) const {
        const Entry& entry = entries_.at(key);
        return entry.durable == entry.version;
    }
    /// The store has the value of that version.
    void durable(const model::CounterKey& key, Version version) {
        const auto place = entries_.find(key);
        if (place != entries_.end()) {
            place->second.durable = std::max(place->second.durable, version);
            drop_if_done(key);
        }
    }
    /// What is in the store now counts: for an unlock by the helpdesk.
    void replace(const model::CounterKey& key, Value value) {
        const auto place = entries_.find(key);
        if (place != entries_.end()) {
            place->second.value = std::move(value);
            place->second.durable = ++place->second.version;
            drop_if_done(key);
        }
    }

    /// Values that the store has not got, with nobody using them: left by a disk that refused.
    [[nodiscard]] std::vector<model::CounterKey> unsaved() const {
        std::vector<model::CounterKey> keys;
        for (const auto& [key, entry] : entries_) {
            if (entry.holders == 0) {
                keys.push_back(key);
            }
        }
        return keys;
    }
    [[nodiscard]] bool has(const model::CounterKey& key) const { return entries_.contains(key); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Value value;
        std::uint32_t holders = 0;
        Version version = 0;
        Version durable = 0;
    };
    void drop_if_done(const model::CounterKey& key) {
        const auto place = entries_.find(key);
        if (place != entries_.end() && place->second.holders == 0 && place->second.durable == place->second.version) {
            entries_.erase(place);
        }
    }

    std::unordered_map<model::CounterKey, Entry, model::CounterKeyHash> entries_;
};

} // namespace loquet::conversation
