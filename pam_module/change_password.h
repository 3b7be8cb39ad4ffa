// SPDX-License-Identifier: LGPL-2.1-or-later
// A new password, in the two passes of pam_chauthtok(3).
#pragma once

#include "pam_module/transaction.h"

namespace loquet::pam {

[[nodiscard]] int change_password(const Transaction& transaction);

} // namespace loquet::pam
