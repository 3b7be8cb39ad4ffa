// SPDX-License-Identifier: LGPL-2.1-or-later
// What people are told about changes of their account. Plain value.
#pragma once

#include <cstdint>

namespace loquet::model {

enum class Notice : std::uint8_t {
    password_changed,    ///< by who knew the former one, or by root
    password_reset,      ///< the helpdesk had them choose another one
    factor_set_up,       ///< a second factor is new, or was replaced
    factor_removed,      ///< by the helpdesk
    code_read_out,       ///< by the helpdesk, to a caller who then chooses a new password
    address_changed,     ///< by its owner: codes that open the account go to another one after a while
    addresses_confirmed, ///< by the helpdesk: codes that open the account may go there
    locked,              ///< by the helpdesk
    reopened,            ///< by the helpdesk: unlocked or enabled, or its failures forgotten
    locked_by_failures,  ///< by too many of them
    unlocked,            ///< a lock by failures was lifted by who proved to be the owner
};

} // namespace loquet::model
