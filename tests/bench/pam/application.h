// SPDX-License-Identifier: LGPL-2.1-or-later
// An application that logs one person in by libpam, with a service file from a folder of its own. One thread.
#pragma once

#include <security/pam_appl.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loquet::bench {

/// Who logs in, and the answer to every question.
struct Person {
    std::string user;
    std::string password;
};

struct Login {
    std::string folder; ///< of service files
    std::string service;
    Person person;
    /// Shared by the copies of a login: each attempt takes one of these away, in place of `person`.
    std::shared_ptr<std::deque<Person>> people{};
};

/// FOLDER SERVICE USER PASSWORD, four words each; where USER is "@", PASSWORD is a file with the user and the answer of
/// an attempt on each line. Throws std::invalid_argument where words are missing, std::runtime_error for a file that
/// cannot be read.
std::vector<Login> read_logins(const std::vector<std::string>& words);

/// pam_start, pam_authenticate, pam_acct_mgmt (unless told otherwise), pam_end. `before_end` runs while everything is
/// still loaded. Returns the PAM result. Throws std::runtime_error where no people are left.
int log_in(const Login& login, bool authenticate_only, const std::function<void()>& before_end = {});

} // namespace loquet::bench
