// SPDX-License-Identifier: LGPL-2.1-or-later
// What the helpdesk sees and does: the audit, the state of an account, the daemon's health; lock, unlock, disable. As
// root, blocking, each on the connection that is given. One thread.
#pragma once

#include "lib/bus/connection.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

struct AuditRow {
    std::uint64_t sequence = 0;
    std::string kind;
    bool granted = false;
    std::uint32_t account = 0; ///< UINT32_MAX: nobody's
    std::string place;
    std::string detail;
};
/// All of it, oldest first, page by page.
[[nodiscard]] std::vector<AuditRow> read_audit(bus::Connection& connection);
/// How many logins with exactly this detail.
[[nodiscard]] int count_logins(const std::vector<AuditRow>& rows, std::string_view detail);
/// "" where the chain is whole, else what is wrong with it.
[[nodiscard]] std::string broken_audit(bus::Connection& connection);

[[nodiscard]] std::string health(bus::Connection& connection);
/// "ready", "failing" ...; "" for a plugin that does not exist.
[[nodiscard]] std::string plugin_state(bus::Connection& connection, const std::string& instance);

/// By the account's bus path.
[[nodiscard]] std::uint64_t locked_until(bus::Connection& connection, const std::string& account);
/// What the account's object says: "State", "LockReason".
[[nodiscard]] std::string account_text(bus::Connection& connection, const std::string& account, const char* name);
/// Names of the accounts in that state.
[[nodiscard]] std::vector<std::string> listed(bus::Connection& connection, const std::string& state);
void lock(bus::Connection& connection, const std::string& account);
void start_reset(bus::Connection& connection, const std::string& account);
void unlock(bus::Connection& connection, const std::string& account);
void disable(bus::Connection& connection, const std::string& account);

} // namespace loquet::tests
