// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"

#include "lib/protocol/names.h"

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

bool Dialog::logs_in() const noexcept {
    return purpose == protocol::purpose::login || purpose == protocol::purpose::unlock_screen;
}

} // namespace loquet::conversation
