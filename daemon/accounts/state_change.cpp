// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/state_change.h"

#include "lib/base/error.h"

#include <array>
#include <cstddef>

namespace loquet::accounts {

namespace {

using base::Error;
using model::AccountState;

/// A following state, or why there is none.
struct Rule {
    std::optional<AccountState> next;
    const char* refusal = "";
};

constexpr Rule to(AccountState state) {
    return {state, ""};
}
constexpr Rule no(const char* refusal) {
    return {std::nullopt, refusal};
}

constexpr auto active = AccountState::active;
constexpr auto locked = AccountState::locked;
constexpr auto disabled = AccountState::disabled;

constexpr std::size_t acts = 4;
constexpr std::size_t states = 3;
// clang-format off
constexpr std::array<std::array<Rule, states>, acts> rules{{
    //            active         locked         disabled
    /* lock    */ {{to(locked),   to(locked),   no("the account is disabled, which refuses more than a lock does")}},
    /* unlock  */ {{to(active),   to(active),   no("the account is disabled: enable it")}},
    /* disable */ {{to(disabled), to(disabled), to(disabled)}},
    /* enable  */ {{to(active),   no("the account is locked: unlock it"), to(active)}},
}};
// clang-format on

} // namespace

AccountState state_after(Act act, AccountState now) {
    const Rule& rule = rules.at(static_cast<std::size_t>(act)).at(static_cast<std::size_t>(now));
    if (!rule.next) {
        throw Error(Error::Kind::conflict, rule.refusal);
    }
    return *rule.next;
}

} // namespace loquet::accounts
