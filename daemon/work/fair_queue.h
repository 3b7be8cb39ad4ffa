// SPDX-License-Identifier: LGPL-2.1-or-later
// A bounded queue that takes turns between keys: who floods it waits behind their own flood, and is the first to lose a
// place when it is full. Not synchronised; WorkerPool guards it.
#pragma once

#include "daemon/model/ids.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace loquet::work {

template <class T>
class FairQueue {
public:
    explicit FairQueue(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Puts `item` behind those of its key. When the queue is full somebody gives way and is returned: the newest item
    /// of the key that waits with most, or `item` itself where its own key would have as many.
    [[nodiscard]] std::optional<T> push(const model::Digest& key, T item) {
        std::optional<T> displaced;
        if (size_ >= limit_) {
            displaced = make_room_for(key);
            if (!displaced) {
                return item;
            }
        }
        auto& line = lines_[key];
        if (line.empty()) {
            turns_.push_back(key);
        }
        line.push_back(std::move(item));
        ++size_;
        return displaced;
    }

    /// The oldest item of the key whose turn it is. Not to be called on an empty queue.
    [[nodiscard]] T pop() {
        const model::Digest key = turns_.front();
        turns_.pop_front();
        const auto line = lines_.find(key);
        T item = std::move(line->second.front());
        line->second.pop_front();
        if (line->second.empty()) {
            lines_.erase(line);
        } else {
            turns_.push_back(key);
        }
        --size_;
        return item;
    }

private:
    /// Only asked on a full queue. The longest line keeps at least one item, so its place in turns_ stays right.
    std::optional<T> make_room_for(const model::Digest& key) {
        const auto longest = std::max_element(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
            return a.second.size() < b.second.size();
        });
        const auto own = lines_.find(key);
        const std::size_t with_this = (own == lines_.end() ? 0 : own->second.size()) + 1;
        if (longest == lines_.end() || longest->second.size() <= with_this) {
            return std::nullopt;
        }
        std::optional<T> newest = std::move(longest->second.back());
        longest->second.pop_back();
        --size_;
        return newest;
    }

    std::size_t limit_;
    std::size_t size_ = 0;
    std::unordered_map<model::Digest, std::deque<T>, model::DigestHash> lines_; ///< no line is empty
    std::deque<model::Digest> turns_;                                           ///< each key of lines_ once
};

} // namespace loquet::work
