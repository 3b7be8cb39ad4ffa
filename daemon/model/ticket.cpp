// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/ticket.h"

namespace loquet::model {

std::string_view to_text(TicketType type) noexcept {
    switch (type) {
    case TicketType::recover:
        return "recover";
    case TicketType::activate:
        return "activate";
    case TicketType::change_address:
        return "change-address";
    case TicketType::unlock:
        return "unlock";
    case TicketType::verify_caller:
        break;
    }
    return "verify-caller";
}

std::string_view to_text(TicketIssuer issuer) noexcept {
    switch (issuer) {
    case TicketIssuer::owner:
        return "owner";
    case TicketIssuer::helpdesk:
        return "helpdesk";
    case TicketIssuer::invitation:
        break;
    }
    return "invitation";
}

std::string_view to_text(TicketState state) noexcept {
    switch (state) {
    case TicketState::waiting:
        return "waiting";
    case TicketState::opened:
        return "opened";
    case TicketState::used:
        return "used";
    case TicketState::voided:
        return "void";
    case TicketState::expired:
        break;
    }
    return "expired";
}

} // namespace loquet::model
