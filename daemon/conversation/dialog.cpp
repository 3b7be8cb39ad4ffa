// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"

#include "daemon/config/flow_tables.h"
#include "daemon/conversation/place.h"

namespace loquet::conversation {

namespace {

/// Where root says that the person is, unless it says who that is: a set-uid program has been started by somebody who
/// is here already, under a terminal's number that everybody can have many of.
std::string thing_of(const Client& client) {
    if (!client.is_root() || client.real_uid.value_or(0) != 0) {
        return {};
    }
    if (!client.rhost.empty()) {
        return "host:" + host_place(client.rhost);
    }
    if (const auto display = terminal_place(client.seat)) {
        return "seat:" + *display;
    }
    const auto terminal = terminal_place(client.tty);
    return terminal ? "tty:" + *terminal : std::string();
}

} // namespace

std::string Client::place() const {
    const std::string thing = thing_of(*this);
    return thing.empty() ? "user:" + std::to_string(person()) : thing;
}

bool Client::is_at_a_person() const {
    return thing_of(*this).empty();
}

bool Dialog::logs_in() const noexcept {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    return spec != nullptr && spec->logs_in;
}

} // namespace loquet::conversation
