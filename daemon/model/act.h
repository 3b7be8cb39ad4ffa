// SPDX-License-Identifier: LGPL-2.1-or-later
// What operators did to an account, and what they want to do and may not do alone: who, when, on whose word. It is kept
// with the account, so that its owner can be shown it. Plain values.
#pragma once

#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::model {

/// Numbers are those of the store.
enum class ActKind : std::uint8_t {
    reset = 1,               ///< the next login asks for a new password
    reset_by_mail = 2,       ///< a code for a new password went to the owner's address
    reset_by_sms = 3,        ///< likewise
    code_read_out = 4,       ///< the operator got the code, to read it to the caller
    factor_removed = 5,      ///< `detail` says which
    addresses_confirmed = 6, ///< the addresses on record are the owner's
    unlocked = 7,
    caller_verified = 8, ///< the caller has the account's address: a code that went there came back
};
inline constexpr std::array act_kinds{ActKind::reset,         ActKind::reset_by_mail,  ActKind::reset_by_sms,
                                      ActKind::code_read_out, ActKind::factor_removed, ActKind::addresses_confirmed,
                                      ActKind::unlocked,      ActKind::caller_verified};
[[nodiscard]] std::string_view to_text(ActKind kind) noexcept;

/// Numbers are those of the store.
enum class ActState : std::uint8_t {
    requested = 1, ///< it waits for a second person, until `until`
    approved = 2,  ///< who asked for it may do it once, until `until`
    asked = 3,     ///< of `caller_verified`: the code is on its way
    done = 4,      ///< of `caller_verified`: it holds until `until`
    failed = 5,    ///< of `caller_verified`: too many wrong codes
};
[[nodiscard]] std::string_view to_text(ActState state) noexcept;

struct Act {
    std::uint64_t number = 0; ///< of this account, from 1
    ActKind kind = ActKind::reset;
    ActState state = ActState::done;
    std::uint32_t actor = 0; ///< uid of the operator
    std::string actor_name;  ///< as this machine knew it then; empty: it did not
    std::optional<std::uint32_t> approver;
    std::string approver_name;
    std::string detail; ///< the factor
    /// Of `caller_verified`: where the code went, which ticket it is, and how many wrong codes were read out.
    std::optional<Medium> medium;
    std::uint64_t ticket = 0;
    std::uint32_t tries = 0;
    base::Milliseconds wall{0};  ///< when, on the wall clock
    base::Milliseconds at{0};    ///< the same on the steady clock (steady_time.h)
    base::Milliseconds until{0}; ///< steady clock; 0: it does not end
    friend bool operator==(const Act&, const Act&) = default;
};

} // namespace loquet::model
