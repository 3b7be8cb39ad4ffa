// SPDX-License-Identifier: LGPL-2.1-or-later
// Tickets. A value is the seed, which goes into no protobuf (their strings do not wipe), then the TicketRecord.
// Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/ticket.h"
#include "daemon/store/tables.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <optional>

namespace loquet::store {

/// A state or an issuer that only a newer loquetd knows makes a ticket void: its code opens nothing.
[[nodiscard]] model::Ticket decode_ticket(const TicketKey& key, Bytes value);
/// What a newer loquetd added stays with the ticket that it was added to, and goes with it.
[[nodiscard]] base::SecureBytes encode(const model::Ticket& ticket, Bytes stored);

class TicketsTable {
public:
    [[nodiscard]] static std::optional<model::Ticket> get(const ReadTxn& txn, model::Uid account,
                                                          const model::TicketPlace& place);
    /// In its place; what stood there is gone. The seed goes with a final state.
    static void put(WriteTxn& txn, model::Uid account, const model::Ticket& ticket);
};

} // namespace loquet::store
