// SPDX-License-Identifier: LGPL-2.1-or-later
// What ListMessages is asked and answers (docs/bus.md names the keys of a row). Loop thread.
#pragma once

#include "daemon/outbox/outbox.h"
#include "lib/bus/message.h"

#include <string>

namespace loquet::api {

/// What the caller asks for; the account's name is still to be looked up.
struct MessageQuestion {
    std::string account; ///< empty: of all
    outbox::MessageFilter filter;

    /// Throws Error (invalid) for a key or a state that there is not.
    static MessageQuestion read(bus::Reader& reader);
};

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox);

} // namespace loquet::api
