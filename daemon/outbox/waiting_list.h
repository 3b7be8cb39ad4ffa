// SPDX-License-Identifier: LGPL-2.1-or-later
// The courier's order of work: which message is due, kept in memory and made from the table at each start. Messages to
// one destination leave in the order of their numbers: the first of them holds up the others. No clock in here: the
// caller says what time it is.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace loquet::outbox {

class WaitingList {
public:
    struct Entry {
        model::Medium medium = model::Medium::mail;
        bool in_hand = false;       ///< somebody works on it
        std::uint8_t tried = 0;     ///< channels of its medium, a bit each, since it last had to wait
        std::uint32_t failures = 0; ///< in a row
        model::Digest destination;
        base::Milliseconds due{0};
        base::Milliseconds expires{0};
    };

    /// A number that is there already is only made due.
    void add(std::uint64_t number, const model::OutboxEntry& message);
    /// It has a final state; the next one to its destination may go.
    void remove(std::uint64_t number);
    [[nodiscard]] Entry* find(std::uint64_t number);

    /// The longest due message of that medium that is the first to its destination; it is in hand from here on.
    [[nodiscard]] std::optional<std::uint64_t> take(model::Medium medium, base::Milliseconds now);
    /// Somebody works on it: it is in hand, and holds up the others to its destination.
    void hold(std::uint64_t number);
    /// No longer in hand, and due then. Nothing where it is gone.
    void put_back(std::uint64_t number, base::Milliseconds due);

    /// At most `most` that nobody has in hand and whose time is over; they are in hand from here on.
    [[nodiscard]] std::vector<std::uint64_t> take_expired(base::Milliseconds now, std::size_t most);

    /// When the first message of that medium is due, or the first message at all expires.
    [[nodiscard]] std::optional<base::Milliseconds> first_due(model::Medium medium) const;
    [[nodiscard]] std::optional<base::Milliseconds> first_expiry() const;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    using Line = std::pair<model::Digest, std::uint64_t>;
    using Time = std::pair<base::Milliseconds, std::uint64_t>;

    [[nodiscard]] std::optional<std::uint64_t> first_to(const model::Digest& destination) const;
    void offer_first_to(const model::Digest& destination);
    void withdraw(std::uint64_t number, const Entry& entry);

    std::map<std::uint64_t, Entry> entries_;
    std::set<Line> lines_;                        ///< by destination, then by number
    std::map<model::Medium, std::set<Time>> due_; ///< the first to each destination, unless it is in hand
    std::set<Time> expiry_;                       ///< all that nobody has in hand
};

} // namespace loquet::outbox
