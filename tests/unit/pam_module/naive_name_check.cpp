// SPDX-License-Identifier: LGPL-2.1-or-later
// In pam_loquet_naive, in place of the module's own look at who is let in: takes every name that the daemon gives.
#include "pam_module/name_check.h"

namespace loquet::pam {

bool lets_in_the_right_one(const std::string& /*granted*/, const std::string& /*began*/, std::optional<uid_t> /*owner*/,
                           const std::string& /*service*/) {
    return true;
}

} // namespace loquet::pam
