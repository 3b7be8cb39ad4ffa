// SPDX-License-Identifier: LGPL-2.1-or-later
// A ticket: the right to go on with something later, by a code that was sent or read out. An account has one place for
// each type and medium, so it has few. Plain values; times are of the daemon's steady clock (steady_time.h).
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::model {

/// What it is for. Numbers are those of the store.
enum class TicketType : std::uint8_t { recover = 1, activate = 2, change_address = 3, verify_caller = 4, unlock = 5 };
inline constexpr std::array ticket_types{TicketType::recover, TicketType::activate, TicketType::change_address,
                                         TicketType::verify_caller, TicketType::unlock};
[[nodiscard]] std::string_view to_text(TicketType type) noexcept;

/// On whose word it was made.
enum class TicketIssuer : std::uint8_t {
    owner = 1,      ///< somebody in a dialog, who may be a stranger
    helpdesk = 2,   ///< an operator
    invitation = 3, ///< an operator, for an account that is new
};
[[nodiscard]] std::string_view to_text(TicketIssuer issuer) noexcept;

enum class TicketState : std::uint8_t {
    waiting = 1, ///< nobody typed its code yet
    opened = 2,  ///< a dialog has it; the code may still be typed again, elsewhere
    used = 3,    ///< what it was for is done; final
    voided = 4,  ///< something happened that it must not outlive; `why` says what; final
    expired = 5, ///< its time is over; read, never stored
};
[[nodiscard]] std::string_view to_text(TicketState state) noexcept;
[[nodiscard]] constexpr bool is_final(TicketState state) noexcept {
    return state != TicketState::waiting && state != TicketState::opened;
}

/// Where a ticket of an account stands: one of each.
struct TicketPlace {
    TicketType type = TicketType::recover;
    std::optional<Medium> medium; ///< none: an operator reads the code out
    friend bool operator==(const TicketPlace&, const TicketPlace&) = default;
};

struct Ticket {
    static constexpr std::size_t seed_bytes = 16;

    TicketPlace place;
    TicketIssuer issuer = TicketIssuer::owner;
    Digest destination;              ///< of `change_address`: of where its code goes (DigestKind::mail or phone)
    std::string masked;              ///< where its code goes, as the helpdesk sees it; empty: read out
    base::SecureBytes seed;          ///< random, of which the code is made; gone with a final state
    std::uint64_t serial = 0;        ///< one more than the ticket had that was in this place before
    std::uint64_t generation = 0;    ///< of the account; a ticket of another one is void
    std::string purpose;             ///< that its code goes on with
    std::string step;                ///< behind which; empty: from the beginning
    std::vector<std::string> proved; ///< steps that were right in the dialog that asked for it
    std::uint32_t actor = 0;         ///< uid of the operator, or of the program's user in whose dialog it was asked for
    base::Milliseconds issued{0};
    base::Milliseconds until{0}; ///< the code is typed before
    base::Milliseconds last_sent{0};
    std::uint32_t sent = 0;          ///< messages with its code, the first one included
    base::Milliseconds day_began{0}; ///< of a day in which codes of this place went out ...
    std::uint32_t day_sent = 0;      ///< ... at their owner's or a stranger's asking, so many
    TicketState state = TicketState::waiting;
    std::string why;              ///< of `voided`, a word for the helpdesk
    base::Milliseconds opened{0}; ///< when its code was typed for the first time
    std::uint64_t holder = 0;     ///< the dialog that has it
    friend bool operator==(const Ticket&, const Ticket&) = default;
};

} // namespace loquet::model
