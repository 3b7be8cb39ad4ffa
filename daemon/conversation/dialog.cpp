// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"

namespace loquet::conversation {

std::string Client::place() const {
    if (!is_root()) {
        return "user:" + std::to_string(uid);
    }
    if (!rhost.empty()) {
        return "host:" + rhost;
    }
    if (!seat.empty()) {
        return "seat:" + seat;
    }
    return tty.empty() ? "local" : "tty:" + tty;
}

} // namespace loquet::conversation
