// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog with the service, from Manager.Begin to its end. One thread.
#pragma once

#include "cli/answerer.h"
#include "cli/client.h"
#include "lib/protocol/turn.h"

#include <string>
#include <variant>

namespace loquet::cli {

using DialogResult = std::variant<protocol::Granted, protocol::Done, protocol::Denied>;

struct DialogRequest {
    const char* purpose; ///< protocol::purpose
    std::string account;
    std::string service; ///< the PAM service that it stands for
};

/// Has the dialog answered by `answerer`, on a connection of its own to the client's bus; one that is left by an
/// exception is cancelled. Throws base::Error where the service does not answer, and what `answerer` throws.
[[nodiscard]] DialogResult run_dialog(const Client& client, const DialogRequest& request, Answerer& answerer);

} // namespace loquet::cli
