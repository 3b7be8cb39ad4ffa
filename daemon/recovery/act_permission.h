// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be done to somebody's account, and by whom, as it follows from what was done to it before. Pure.
#pragma once

#include "daemon/model/act.h"
#include "lib/base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace loquet::recovery {

/// Within that, a factor that goes and a reset of the same account need two people.
inline constexpr base::Milliseconds remembered_for = std::chrono::hours(24);

/// What a permission follows from. Plain value.
struct ActStanding {
    bool by_root = false;
    bool own_account = false;        ///< the operator's
    bool privileged = false;         ///< the account has rights over the machine
    bool verified = false;           ///< the caller, for this operator
    bool accepts_unverified = false; ///< the configuration asks for no verification
    bool approved = false;           ///< by a second person
    bool factor_removed = false;     ///< within `remembered_for`
    bool was_reset = false;          ///< likewise, in whatever way
};

enum class ActPermission : std::uint8_t { granted, own_account, second_person, caller_or_second_person };

/// Pure.
[[nodiscard]] ActPermission permission_for(model::ActKind kind, const ActStanding& standing) noexcept;

/// Until when (steady clock) an account stays as it was when somebody gave it a new password: `remembered_for` after
/// the last reset among these acts, in whatever way. Nothing where there was none, or that is over. Pure.
[[nodiscard]] std::optional<base::Milliseconds> reset_remembered_until(const std::vector<model::Act>& acts,
                                                                       base::Milliseconds now);
/// An operator took one of its factors away within `remembered_for`. Pure.
[[nodiscard]] bool factor_was_removed(const std::vector<model::Act>& acts, base::Milliseconds now);

} // namespace loquet::recovery
