// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/message_list.h"

#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::outbox {

namespace {

bool passes(const MessageFilter& filter, const model::OutboxEntry& message) {
    return (!filter.account || *filter.account == message.account) && (!filter.state || *filter.state == message.state);
}

} // namespace

MessagePage list_messages(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit,
                          const MessageFilter& filter) {
    MessagePage page;
    const std::size_t most = std::clamp<std::size_t>(limit, 1, limits::messages_per_page);
    if (after == UINT64_MAX) {
        return page;
    }
    std::size_t looked_at = 0;
    store::OutboxTable::each(txn, after + 1, [&](std::uint64_t number, const model::OutboxEntry& message) {
        if (page.messages.size() == most || looked_at == limits::messages_per_search) {
            page.next = number - 1;
            return false;
        }
        ++looked_at;
        if (passes(filter, message)) {
            page.messages.emplace_back(number, message);
        }
        return true;
    });
    return page;
}

} // namespace loquet::outbox
