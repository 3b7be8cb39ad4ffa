// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling, what may they use, and what do they say of themselves? Identity comes from the bus, never from a
// parameter. Loop thread.
#pragma once

#include "daemon/conversation/dialog.h"
#include "daemon/model/ids.h"
#include "lib/base/task.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/message.h"
#include "lib/bus/polkit.h"
#include "lib/protocol/turn.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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
    remove_factor,
    read_audit,
    approve_privileged,
    configure,
};

inline constexpr std::array<std::pair<Action, const char*>, 8> polkit_actions{{
    {Action::read_accounts, "org.loquet.auth1.read-accounts"},
    {Action::manage_accounts, "org.loquet.auth1.manage-accounts"},
    {Action::unlock, "org.loquet.auth1.unlock"},
    {Action::start_reset, "org.loquet.auth1.start-reset"},
    {Action::remove_factor, "org.loquet.auth1.remove-factor"},
    {Action::read_audit, "org.loquet.auth1.read-audit"},
    {Action::approve_privileged, "org.loquet.auth1.approve-privileged"},
    {Action::configure, "org.loquet.auth1.configure"},
}};

/// Who may use a member of the bus, beside root: what stands in its entry of the vtable or of the properties' table.
/// Plain values.
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

struct Caller {
    std::string sender; ///< unique bus name
    std::uint32_t uid = 0;

    [[nodiscard]] bool is_root() const noexcept { return uid == 0; }
};

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

    /// False once the connection of an admitted caller is gone: what would end with it must not begin.
    [[nodiscard]] bool is_connected(const Caller& caller) const { return uids_.contains(caller.sender); }
    /// The connection is gone.
    void forget(std::string_view sender);
    /// What an operator is asked now is asked no more: those calls fail (unavailable).
    void cancel_questions() noexcept { polkit_.cancel_all(); }
    [[nodiscard]] std::size_t known() const noexcept { return uids_.size(); }

private:
    bus::Connection& connection_;
    bus::Polkit polkit_;
    std::map<std::string, std::uint32_t, std::less<>> uids_; ///< by unique name
};

/// The a{sv} that a caller of Begin says of itself, read and bounded; docs/bus.md lists the keys. Loop thread.
struct ClientDetails {
    conversation::Client client;
    protocol::Answers known; ///< from `token`: the password that the caller has already

    /// Unknown keys are skipped (a newer module may say more). Throws Error (invalid) for wrong types and lengths.
    static ClientDetails read(bus::Reader& reader);
    /// Who says this. Places (tty, rhost, seat) and the person behind a set-uid program (real_uid) are believed from
    /// root alone.
    void set_caller(const Caller& caller);
};

} // namespace loquet::api
