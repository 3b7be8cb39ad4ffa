// SPDX-License-Identifier: LGPL-2.1-or-later
// What the lists of the manager are asked and answer (docs/bus.md names the keys of a row). Loop thread.
#pragma once

#include "daemon/audit/audit_log.h"
#include "daemon/outbox/outbox.h"
#include "lib/bus/message.h"

#include <string>
#include <vector>

namespace loquet::api {

void write_audit_rows(bus::Writer& writer, const std::vector<audit::Entry>& entries);

/// What the caller asks for; the account's name is still to be looked up.
struct MessageQuestion {
    std::string account; ///< empty: of all
    outbox::MessageFilter filter;

    /// Throws Error (invalid) for a key or a state that there is not.
    static MessageQuestion read(bus::Reader& reader);
};

/// Of a reload: the first limits::mistakes_told of them.
void write_mistakes(bus::Writer& writer, const std::vector<std::string>& mistakes);

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox);

} // namespace loquet::api
