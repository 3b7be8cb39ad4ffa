// SPDX-License-Identifier: LGPL-2.1-or-later
// One attempt at one message: what is written down before it, what is asked of the channel, and what is written down
// after it. The transactions' thread, and for ask() the loop's.
#pragma once

#include "daemon/model/outbox_entry.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::outbox {

/// What is known after an attempt.
struct Answer {
    std::optional<protocol::DeliverResponse> response; ///< nothing: nobody knows whether it went out ...
    bool unsendable = false;                           ///< ... but for this: it may not be sent as it is
    bool too_late = false;                             ///< ... and this: its time was over before it was handed on

    [[nodiscard]] bool is(protocol::Outcome outcome) const { return response && response->outcome == outcome; }
    /// False where the message waits for another attempt.
    [[nodiscard]] bool is_last() const {
        using protocol::Outcome;
        return response ? is(Outcome::sent) || is(Outcome::refused) : unsendable || too_late;
    }
};

/// Writes `sending` down; or the final state where there is nothing more to send: its time is over, or a newer event
/// voided the code (its account changed its password, its address, was locked, or is gone).
void write_begin(store::WriteTxn& txn, std::uint64_t number, const std::string& channel, base::Milliseconds now);

/// Never throws: what the client throws is an answer.
[[nodiscard]] base::Task<Answer> ask(plugins::ChannelClient& client, protocol::DeliverRequest request);

/// What becomes of the message; `next` is when it is due again if it was not the last attempt.
[[nodiscard]] model::OutboxEntry after(model::OutboxEntry message, const Answer& answer, base::Milliseconds now,
                                       base::Milliseconds next);
/// Writes that down, and counts a code that went out.
void write_end(store::WriteTxn& txn, std::uint64_t number, const Answer& answer, base::Milliseconds now,
               base::Milliseconds next);

void write_expired(store::WriteTxn& txn, std::uint64_t number, base::Milliseconds now);
void write_recovered(store::WriteTxn& txn, std::uint64_t number, base::Milliseconds now);

} // namespace loquet::outbox
