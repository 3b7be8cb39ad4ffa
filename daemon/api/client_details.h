// SPDX-License-Identifier: LGPL-2.1-or-later
// The a{sv} that a caller of Begin says of itself, read and bounded; docs/bus.md lists the keys. Loop thread.
#pragma once

#include "daemon/api/caller.h"
#include "daemon/conversation/dialog.h"
#include "lib/bus/message.h"
#include "lib/protocol/turn.h"

namespace loquet::api {

struct ClientDetails {
    conversation::Client client;
    protocol::Answers known; ///< from `token`: the password that the caller has already

    /// Unknown keys are skipped (a newer module may say more). Throws Error (invalid) for wrong types and lengths.
    static ClientDetails read(bus::Reader& reader);
    /// Who says this. Places (tty, rhost, seat) and the person behind a set-uid program (real_uid) are believed from
    /// root alone.
    void set_caller(const Caller& caller);
};

} // namespace loquet::api
