// SPDX-License-Identifier: LGPL-2.1-or-later
// The things that pam_bench measures. Each throws std::exception when something is not as it should be.
#pragma once

#include "tests/bench/pam/settings.h"

namespace loquet::bench {

/// Two logins, the second the peer: whole PAM transactions in turn, and their ratio.
void compare_logins(const Settings& settings);

/// Two logins, the second the peer: how many a second several clients have, each of them a process that logs in again
/// and again.
void measure_rate(const Settings& settings);

/// One login, and what it takes beyond one hash of its password with crypt(3), in milliseconds.
void measure_surplus(const Settings& settings);

/// One login --times times: prints the median, in milliseconds, and nothing else.
void print_figure(const Settings& settings);

/// One login again and again, until somebody ends the program.
void keep_logging_in(const Settings& settings);

/// One login --times times; measures nothing (scripts/growth).
void repeat_login(const Settings& settings);

/// One login: prints the private memory of the process after it, in kB and nothing else, while the modules are loaded.
void print_memory(const Settings& settings);

/// MODULE LIBRARY: dlopen and dlclose of the module against those of the library alone, and where it is loaded already.
void measure_loading(const Settings& settings);

} // namespace loquet::bench
