// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may use a member of the bus, beside root: what stands in its entry of the vtable or of the properties' table.
// Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace loquet::api {

enum class Action : std::uint8_t {
    anyone,
    owner, ///< the connection that the object was made for, and not even root beside it
    // Whom polkit allows (etc/polkit/org.loquet.auth1.policy)
    read_accounts,
    manage_accounts,
    unlock,
    start_reset,
    read_audit,
};

inline constexpr std::array<std::pair<Action, const char*>, 5> polkit_actions{{
    {Action::read_accounts, "org.loquet.auth1.read-accounts"},
    {Action::manage_accounts, "org.loquet.auth1.manage-accounts"},
    {Action::unlock, "org.loquet.auth1.unlock"},
    {Action::start_reset, "org.loquet.auth1.start-reset"},
    {Action::read_audit, "org.loquet.auth1.read-audit"},
}};

struct Access {
    Action action = Action::owner;
    bool self = false; ///< ... and the user whose account it is about

    constexpr Access(Action who) noexcept : action(who) {} // NOLINT(google-explicit-constructor): an action is enough
    constexpr Access(Action who, bool self_too) noexcept : action(who), self(self_too) {}
    friend constexpr bool operator==(const Access&, const Access&) = default;
};
[[nodiscard]] constexpr Access self_or(Action action) noexcept {
    return {action, true};
}

} // namespace loquet::api
