// SPDX-License-Identifier: LGPL-2.1-or-later
// What may become of a message, and one attempt at it: what its record says before the attempt, what is asked of the
// channel, and what the record says afterwards. The states are pure: the caller brings the time (steady clock). The
// transactions' thread, and for ask() the loop's.
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
#include <string_view>

namespace loquet::outbox {

/// A final state becomes nothing else, but for what a receipt tells (with_receipt). `deferred` may become `deferred`:
/// somebody asked to try again sooner.
[[nodiscard]] bool may_become(model::MessageState from, model::MessageState to) noexcept;

// Each takes the message as it is and returns what it becomes; throws Error (conflict) where that is not allowed.

/// It is about to be handed to `channel`.
[[nodiscard]] model::OutboxEntry handed_on(model::OutboxEntry message, std::string_view channel,
                                           base::Milliseconds now);
/// The channel said what became of it; what was told `retry` or `lost` is due at `next`, and that `lost` may have
/// arrived is counted.
[[nodiscard]] model::OutboxEntry answered(model::OutboxEntry message, const protocol::DeliverResponse& response,
                                          base::Milliseconds now, base::Milliseconds next);
/// Nobody knows whether it went out: the channel or the daemon died, or no answer came in time. Due again at `next`.
[[nodiscard]] model::OutboxEntry unanswered(model::OutboxEntry message, std::string_view why, base::Milliseconds now,
                                            base::Milliseconds next);
[[nodiscard]] model::OutboxEntry refused(model::OutboxEntry message, std::string_view why, base::Milliseconds now);
[[nodiscard]] model::OutboxEntry expired(model::OutboxEntry message, base::Milliseconds now);
/// As above for one that was `sending` when the daemon died; any other stays as it is.
[[nodiscard]] model::OutboxEntry recovered(model::OutboxEntry message, base::Milliseconds now);
/// What a receipt changes of a message that was `sent`: it bounced, and is `refused` after all; or it stays `sent`, and
/// `why` says "delivered" or "delayed". The first one that says how it ended holds. Any other message, and one that
/// knows it already, stays as it is.
[[nodiscard]] model::OutboxEntry with_receipt(model::OutboxEntry message, const protocol::Receipt& receipt,
                                              base::Milliseconds now);
/// It was sent, and it is not known how it ended.
[[nodiscard]] bool awaits_receipt(const model::OutboxEntry& message) noexcept;
/// A message that waits for its next attempt (`deferred`) is due at once.
[[nodiscard]] model::OutboxEntry brought_forward(model::OutboxEntry message, base::Milliseconds now);

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
