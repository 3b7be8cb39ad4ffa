// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog with the service, from Manager.Begin to its end. One thread.
#pragma once

#include "cli/answerer.h"
#include "cli/client.h"
#include "lib/protocol/turn.h"

#include <string>
#include <variant>

namespace loquet::cli {

using Ending = std::variant<protocol::Granted, protocol::Denied>;

struct DialogRequest {
    const char* purpose; ///< protocol::purpose
    std::string account;
    std::string service; ///< the PAM service that it stands for
};

/// Walks the dialog with `answerer`. A dialog that is left by an exception is cancelled.
[[nodiscard]] Ending walk_dialog(Client& client, const DialogRequest& request, Answerer& answerer);

} // namespace loquet::cli
