// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages of one channel that were sent and of which it is not known how they ended, kept in memory and made anew at
// each start. It says which of them the channel is asked of now: each at once, and then whenever it is twice as old as
// the last time. No clock in here: the caller says what time it is.
#pragma once

#include "lib/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace loquet::outbox {

class PendingReceipts {
public:
    /// One that is there already stays as it is. Beyond limits::awaited_receipts the oldest gives way.
    void add(std::uint64_t number, base::Milliseconds sent);
    /// It is known how it ended, or nobody wants to know any more.
    void remove(std::uint64_t number);
    void clear();
    /// Those that were sent before `time` are not awaited any more.
    void drop_older(base::Milliseconds time);

    /// At most `most` to be asked of, the longest due first; they are due again when they are twice as old, and not
    /// before `gap` has passed.
    [[nodiscard]] std::vector<std::uint64_t> take_due(base::Milliseconds now, base::Milliseconds gap, std::size_t most);

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        base::Milliseconds sent{0};
        base::Milliseconds due{0};
    };
    using Time = std::pair<base::Milliseconds, std::uint64_t>;
    using Entries = std::map<std::uint64_t, Entry>;

    void erase(Entries::iterator entry);

    Entries entries_; ///< by number: the oldest first, or almost
    std::set<Time> due_;
};

} // namespace loquet::outbox
