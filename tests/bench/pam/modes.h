// SPDX-License-Identifier: LGPL-2.1-or-later
// The two things that pam_bench measures.
#pragma once

#include <string>
#include <vector>

namespace loquet::bench {

struct Settings {
    bool json = false;
    int rounds = 3;   ///< interleaved rounds
    int times = 300;  ///< samples a round
    int uid = -1;     ///< become this user first (row P8)
    int expected = 0; ///< PAM result that every login must have
    bool authenticate_only = false;
};

/// MODULE LIBRARY: dlopen + dlclose of the library alone, of the module, and of the module where the library is loaded
/// already; and the private memory that each dirties (row P13). False when something does not load.
bool measure_loading(const Settings& settings, const std::vector<std::string>& arguments);

/// FOLDER SERVICE USER PASSWORD, four words for each service to compare: whole PAM transactions (pam_start,
/// pam_authenticate, pam_acct_mgmt, pam_end), interleaved (rows P7, P8, P10, P12). False when a result is not the
/// expected one.
bool measure_logins(const Settings& settings, const std::vector<std::string>& arguments);

} // namespace loquet::bench
