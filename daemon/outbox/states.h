// SPDX-License-Identifier: LGPL-2.1-or-later
// What may become of a message, and what its record says then. Pure: who calls brings the time (steady clock).
#pragma once

#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"
#include "lib/protocol/plugin_messages.h"

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

} // namespace loquet::outbox
