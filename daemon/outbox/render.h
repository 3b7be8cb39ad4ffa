// SPDX-License-Identifier: LGPL-2.1-or-later
// The words of a message, put together when it is handed on and never kept. Pure, apart from the catalogue it reads.
#pragma once

#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::outbox {

/// Both on the wall clock.
struct Term {
    base::Milliseconds now{0};
    base::Milliseconds expires{0};
};

/// The text is that of the message's id; a mail's subject is messages::mail_subject(). A variable "minutes" of a code
/// is never more than the minutes that it has left, and at least 1.
[[nodiscard]] protocol::DeliverRequest render_message(const model::OutboxEntry& message, model::MessageContent content,
                                                      const messages::Catalogue& texts, const Term& term);

} // namespace loquet::outbox
