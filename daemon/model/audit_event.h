// SPDX-License-Identifier: LGPL-2.1-or-later
// What the audit log says of one act. Plain value; texts hold no secret and are made printable where they are shown.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::model {

enum class AuditKind : std::uint8_t {
    login = 1,
    password_changed = 2,
    account_created = 3,
    account_changed = 4,
    account_locked = 5,
    account_unlocked = 6,
    reset_started = 7,
    plugin_quarantined = 8,
    configuration_weakened = 9, ///< a flow that proves less than the login is accepted: at each start and reload
    policy_fallback = 10,
    codes_unused = 11,    ///< an alarm (not granted), or its end
    factor_set_up = 12,   ///< `detail` says which
    secrets_managed = 13, ///< a dialog to set a factor up came to its end
    factor_removed = 14,  ///< by the helpdesk; `detail` says which, and why
    password_recovered =
        15,                 ///< a forgotten password got a new one; `detail` says by what its owner proved who they are
    accounts_searched = 24, ///< by the helpdesk; `detail` says how many were found, and a keyed hash of what for
    caller_verified = 20,   ///< of an operator: granted for a right code; else it was sent, or wrong, as `detail` says
    act_requested = 21,     ///< an operator wants to do what takes two people; `detail` says what
    act_approved = 22,      ///< by the second one
    address_changed = 25,   ///< by its owner; `detail` says of which medium, and what it is now, masked
};

struct AuditEvent {
    AuditKind kind = AuditKind::login;
    bool granted = false;               ///< a record that nobody marked granted is a failure
    std::optional<Uid> account;         ///< absent: nobody has the name
    Digest identity;                    ///< of the name that was typed
    std::optional<std::uint32_t> actor; ///< UID of who acted, from the bus
    std::string purpose;
    std::string service;
    std::string place;
    std::string detail;         ///< precise reason: "wrong-password", "locked:too-many-failures"
    base::Milliseconds time{0}; ///< wall clock
    friend bool operator==(const AuditEvent&, const AuditEvent&) = default;
};

} // namespace loquet::model
