// SPDX-License-Identifier: LGPL-2.1-or-later
// The words after the module's name in a PAM service file (pam_loquet(8)). Plain value, any thread.
#pragma once

#include "lib/base/clock.h"

#include <span>
#include <string>
#include <vector>

namespace loquet::pam {

struct Options {
    static constexpr base::Milliseconds shortest_timeout{1000};
    static constexpr base::Milliseconds longest_timeout{300000};

    bool try_first_pass = false; ///< passwords that a module above asked for are tried before asking
    bool use_first_pass = false; ///< ... and no other is asked for
    bool use_authtok = false;    ///< the new password is the one that a module above asked for
    bool self_service = false;   ///< an empty password asks for self-service; without recovery dialogs it is a refusal
    bool quiet = false;          ///< no information and no error texts
    bool debug = false;          ///< says in syslog what was decided; never a secret
    base::Milliseconds timeout{10000}; ///< the longest that a person waits for the daemon

    std::vector<std::string> complaints; ///< a sentence for every word that was not understood, and ignored
};

[[nodiscard]] Options parse_options(std::span<const char* const> words);

} // namespace loquet::pam
