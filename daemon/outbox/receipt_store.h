// SPDX-License-Identifier: LGPL-2.1-or-later
// What a channel tells of messages that were sent, written down. The transaction's thread.
#pragma once

#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/protocol/plugin_messages.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::outbox {

struct StoredReceipts {
    bool all = true;                  ///< false: one is of a message that is still in hand, and has to be told again
    std::vector<std::uint64_t> ended; ///< messages of which nothing more is to be learned
};

/// A reference that no message of `channel` has changes nothing; nor does what is known already, so that all of them
/// may be told, and kept, any number of times.
StoredReceipts store_receipts(store::WriteTxn& txn, const std::string& channel,
                              const std::vector<protocol::Receipt>& receipts, base::Milliseconds now);

} // namespace loquet::outbox
