// SPDX-License-Identifier: LGPL-2.1-or-later
// The phases of PAM: authentication, account and session, and a new password in the two passes of pam_chauthtok(3).
#pragma once

#include "pam_module/transaction.h"

namespace loquet::pam {

[[nodiscard]] int authenticate(const Transaction& transaction);
[[nodiscard]] int check_account(const Transaction& transaction);
/// Shows what the daemon had to say to the person, such as their last login.
[[nodiscard]] int open_session(const Transaction& transaction);
/// Credentials, and the session's end: nothing to do, but a foreign name's result is not ours to give.
[[nodiscard]] int nothing_to_do(const Transaction& transaction);

[[nodiscard]] int change_password(const Transaction& transaction);

} // namespace loquet::pam
