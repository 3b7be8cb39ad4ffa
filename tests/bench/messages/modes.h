// SPDX-License-Identifier: LGPL-2.1-or-later
// The things that message_bench does. Each throws std::exception when something is not as it should be.
#pragma once

#include "tests/bench/program.h"

namespace loquet::bench {

/// channel smtp|sms_http COUNT SOCKET OPTIONS COMMAND...: starts the channel's process on options that it writes, hands
/// it COUNT messages a round by its socket as the courier does, and prints the row beside libcurl's floor.
void measure_channel(const Words& words);

/// whole smtp|sms_http COUNT SOCKET OPTIONS HOST_COMMAND... -- COMMAND...: the same with a daemon that has COUNT
/// messages in its outbox; prints messages a second, from the first to the last, and nothing else.
void measure_whole(const Words& words);

/// dead FILE: a gateway that takes connections and says nothing, until somebody ends the program; its port goes to
/// FILE.
void be_dead(const Words& words);

/// reply ADDRESS COUNT SENDING PLAIN: logs the accounts person0 and so on in by the password on standard input, for the
/// service SENDING, whose next step sends a code, and for PLAIN, whose next step does not, and prints the row.
void measure_reply(const Words& words);

} // namespace loquet::bench
