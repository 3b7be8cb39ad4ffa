// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages for the helpdesk, a page at a time: the answer to "I received nothing". No address and no code is in it.
// The thread of the transaction.
#pragma once

#include "daemon/model/outbox_entry.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace loquet::outbox {

struct MessageFilter {
    std::optional<model::Uid> account;
    std::optional<model::MessageState> state;
};

struct MessagePage {
    std::vector<std::pair<std::uint64_t, model::OutboxEntry>> messages; ///< by number, oldest first
    std::uint64_t next = 0; ///< where the next page begins behind; 0: this is the end
};

/// Of those with a number above `after`, at most `limit` (and limits::messages_per_page). At most
/// limits::messages_per_search are looked at, so a page of a filtered list may be empty and not the last.
[[nodiscard]] MessagePage list_messages(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit,
                                        const MessageFilter& filter);

} // namespace loquet::outbox
