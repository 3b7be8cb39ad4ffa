// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of an account on the bus, in one table: what introspection says, what Get and GetAll answer, and what
// ObjectManager lists. Loop thread.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/api/caller.h"
#include "daemon/config/config.h"
#include "daemon/model/steady_time.h"
#include "lib/base/clock.h"
#include "lib/bus/property.h"

#include <array>
#include <string>

namespace loquet::api {

/// An account with what is computed from the clock.
struct AccountProperties {
    accounts::AccountView view;
    std::string state;                  ///< "active", "locked", "disabled": also by failures (accounts::state_of)
    base::Milliseconds locked_until{0}; ///< wall clock; by too many failures; 0: not locked by them
    std::string lock_reason;
    base::Milliseconds password_expires{0}; ///< wall clock; 0: never
};

[[nodiscard]] AccountProperties properties_of(accounts::AccountView view, const config::Config& settings,
                                              model::SteadyTime& steady, const base::Clock& clock);

using AccountProperty = bus::Property<AccountProperties, Access>;
[[nodiscard]] const std::array<AccountProperty, 17>& account_properties() noexcept;

} // namespace loquet::api
