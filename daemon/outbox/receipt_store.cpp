// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/receipt_store.h"

#include "daemon/outbox/states.h"
#include "daemon/store/outbox_table.h"

namespace loquet::outbox {

using model::MessageState;
using store::OutboxTable;

StoredReceipts store_receipts(store::WriteTxn& txn, const std::string& channel,
                              const std::vector<protocol::Receipt>& receipts, base::Milliseconds now) {
    StoredReceipts kept;
    for (const protocol::Receipt& receipt : receipts) {
        const auto number = OutboxTable::find(txn, receipt.reference);
        const auto message = number ? OutboxTable::get(txn, *number) : std::nullopt;
        if (!message || message->channel != channel) {
            continue;
        }
        if (message->state == MessageState::sending) { // it was faster than the yes, which is about to be written down
            kept.all = false;
            continue;
        }
        const model::OutboxEntry told = with_receipt(*message, receipt, now);
        if (told != *message) {
            OutboxTable::put_receipt(txn, *number, told);
        }
        if (!awaits_receipt(told)) {
            kept.ended.push_back(*number);
        }
    }
    return kept;
}

} // namespace loquet::outbox
