// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling, and may they? Identity comes from the bus, never from a parameter. Loop thread.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/task.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/polkit.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::api {

struct Caller {
    std::string sender; ///< unique bus name
    std::uint32_t uid = 0;

    [[nodiscard]] bool is_root() const noexcept { return uid == 0; }
};

/// Who may use a member of the bus, beside root: what stands in its entry of the vtable or of the properties' table.
enum class Action : std::uint8_t {
    anyone,
    owner, ///< the connection that the object was made for, and not even root beside it
    // What polkit allows (etc/polkit/org.loquet.auth1.policy)
    read_accounts,
    manage_accounts,
    unlock,
    start_reset,
    read_audit,
};
/// One that polkit is asked about.
[[nodiscard]] const char* polkit_action(Action action) noexcept;

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

/// Who calls a member of an object that is there for one connection alone.
struct Owner {
    std::string sender; ///< unique bus name
};

class Callers {
public:
    explicit Callers(bus::Connection& connection) : connection_(connection), polkit_(connection) {}

    /// One question to the bus for each connection, then from memory until the connection ends.
    base::Task<Caller> of(const bus::Call& call);
    /// Root, whom `access` says, or whom polkit allows. `self`: the account that the call is about. Throws Error:
    /// `denied` (InteractionRequired where a person could allow it), `busy` and `unavailable` (Polkit::ask). Nothing in
    /// a login dialog asks polkit.
    base::Task<Caller> admit(const bus::Call& call, Access access, std::optional<model::Uid> self = std::nullopt);

    /// The connection is gone.
    void forget(std::string_view sender);
    [[nodiscard]] std::size_t known() const noexcept { return uids_.size(); }

private:
    bus::Connection& connection_;
    bus::Polkit polkit_;
    std::map<std::string, std::uint32_t, std::less<>> uids_; ///< by unique name
};

} // namespace loquet::api
