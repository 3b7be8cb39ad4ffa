// SPDX-License-Identifier: LGPL-2.1-or-later
// What the command line of pam_bench says.
#pragma once

#include "tests/bench/row.h"

#include <string>
#include <vector>

namespace loquet::bench {

struct Settings {
    Row row;                  ///< --row, --what, --against and the target; the measurement fills in the rest
    int rounds = 5;           ///< interleaved rounds
    int times = 100;          ///< samples of each thing in a round, taken in turn; their median is the round's figure
    int uid = -1;             ///< become this user first (row P8)
    int expected = 0;         ///< PAM result that every measured login of ours must have
    int expected_of_peer = 0; ///< the same of the peer
    int clients = 1;          ///< `rate`: processes that log in at the same time
    bool authenticate_only = false;
    std::string preload;            ///< library that the application has before it begins
    std::string setting;            ///< of crypt(5): `surplus` hashes with it
    std::string right;              ///< password of the first login, which logs in with it between the rounds
    std::vector<std::string> words; ///< the mode, and what it works on
};

/// Throws std::invalid_argument for what it does not know.
Settings read_settings(int argc, char** argv);

} // namespace loquet::bench
