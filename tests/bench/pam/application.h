// SPDX-License-Identifier: LGPL-2.1-or-later
// An application that logs one person in by libpam, with a service file from a folder of its own. One thread.
#pragma once

#include <security/pam_appl.h>

#include <functional>
#include <string>
#include <vector>

namespace loquet::bench {

struct Login {
    std::string folder; ///< of service files
    std::string service;
    std::string user;
    std::string password; ///< answers every question
};

/// FOLDER SERVICE USER PASSWORD, four words each. Throws std::invalid_argument where some are missing.
std::vector<Login> read_logins(const std::vector<std::string>& words);

/// pam_start, pam_authenticate, pam_acct_mgmt (unless told otherwise), pam_end. `before_end` runs while everything is
/// still loaded. Returns the PAM result.
int log_in(const Login& login, bool authenticate_only, const std::function<void()>& before_end = {});

} // namespace loquet::bench
