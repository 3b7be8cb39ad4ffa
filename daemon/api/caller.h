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

/// What an operator may be allowed to do; each is a polkit action (etc/polkit/org.loquet.auth1.policy).
enum class Action : std::uint8_t { read_accounts, manage_accounts, unlock, start_reset, read_audit };
[[nodiscard]] const char* polkit_action(Action action) noexcept;

class Callers {
public:
    Callers(bus::Connection& connection) : connection_(connection), polkit_(connection) {} // NOLINT

    /// One question to the bus for each connection, then from memory until the connection ends.
    base::Task<Caller> of(const bus::Call& call);
    /// Root, or whom polkit allows; for others Error (denied). Nothing in a login dialog asks this.
    base::Task<Caller> require(const bus::Call& call, Action action);
    /// The same, and also the account's own user.
    base::Task<Caller> require_self_or(const bus::Call& call, Action action, model::Uid self);

    void forget(std::string_view sender);
    /// What an operator is asked now is asked no more: those calls fail (unavailable).
    void cancel_questions() noexcept { polkit_.cancel_all(); }
    [[nodiscard]] std::size_t known() const noexcept { return uids_.size(); }

private:
    bus::Connection& connection_;
    bus::Polkit polkit_;
    std::map<std::string, std::uint32_t, std::less<>> uids_; ///< by unique name
};

} // namespace loquet::api
