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

struct ReloadOutcome {
    std::vector<std::string> mistakes;   ///< then nothing has changed
    std::vector<std::string> at_restart; ///< changed keys that wait for one
};
/// The first limits::mistakes_told of each.
void write_outcome(bus::Writer& writer, const ReloadOutcome& outcome);

/// Of ListMessages, without the number of the next page.
void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox);

} // namespace loquet::api
