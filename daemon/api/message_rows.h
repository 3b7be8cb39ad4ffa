// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages as ListMessages answers them, masked: number, state, medium, UID of the account, destination as far as it is
// shown, text, step, why, what the gateway said, channel, the gateway's name for it, ours, attempts, attempts of
// unknown outcome, and when it was written down, came into its state, is due and expires (microseconds since 1970).
// Loop thread.
#pragma once

#include "daemon/outbox/message_list.h"
#include "daemon/outbox/outbox.h"
#include "lib/bus/message.h"

#include <string>

#define LOQUET_MESSAGE_ROWS "a(tssussssssssuutttt)"

namespace loquet::api {

/// What the caller asks for; the account's name is still to be looked up.
struct MessageQuestion {
    std::string account; ///< empty: of all
    outbox::MessageFilter filter;
};
/// Throws Error (invalid) for a key or a state that there is not.
[[nodiscard]] MessageQuestion read_message_question(bus::Reader& reader);

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox);

} // namespace loquet::api
