// SPDX-License-Identifier: LGPL-2.1-or-later
// Which deliveries a channel has taken up, and who waits for each. A pure value: the caller says what time it is, on
// any clock that does not go back.
#pragma once

#include "lib/base/clock.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace loquet::plugin_host {

/// Who asked for a delivery: a connection, and the request on it.
struct Requester {
    std::uint64_t connection = 0;
    std::uint32_t serial = 0;
    friend bool operator==(const Requester&, const Requester&) = default;
};

class Deliveries {
public:
    /// An asker is answered that much before its own patience ends, or a quarter of it where that is less.
    static constexpr base::Milliseconds headway{250};
    /// How long a channel may keep a delivery after its asker was told that the time is over.
    static constexpr base::Milliseconds patience{60'000};

    [[nodiscard]] bool empty() const noexcept { return in_flight_.empty(); }
    [[nodiscard]] bool full() const noexcept;

    /// The new delivery's number; no other has had it.
    [[nodiscard]] std::uint64_t add(const Requester& requester, base::Milliseconds now, base::Milliseconds deadline);
    /// It was not taken up after all.
    void remove(std::uint64_t number) { in_flight_.erase(number); }
    /// The channel is done with it: who is to be answered, or nobody where its time was over before. Throws
    /// Error::invalid for a number that is not in flight.
    [[nodiscard]] std::optional<Requester> finish(std::uint64_t number);
    /// The askers whose time is over by `now`; each is named once.
    [[nodiscard]] std::vector<Requester> take_overdue(base::Milliseconds now);
    /// True where the channel keeps a delivery that it will not finish any more.
    [[nodiscard]] bool is_stuck(base::Milliseconds now) const noexcept;
    /// How long neither of these two will have anything new to say, at most `most`.
    [[nodiscard]] base::Milliseconds quiet_for(base::Milliseconds now, base::Milliseconds most) const noexcept;

private:
    struct Delivery {
        std::optional<Requester> requester; ///< nobody: it was told that the time is over
        base::Milliseconds due{0};
    };
    std::map<std::uint64_t, Delivery> in_flight_;
    std::uint64_t last_number_ = 0;
};

} // namespace loquet::plugin_host
