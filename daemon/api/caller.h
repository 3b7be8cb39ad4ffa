// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is calling, and may they? Identity comes from the bus, never from a parameter. Loop thread.
#pragma once

#include "daemon/api/access.h"
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

} // namespace loquet::api
