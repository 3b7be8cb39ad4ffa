// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P17: message_bench channel|whole|dead|reply WORD...: modes.h says what each does.
#include "tests/bench/messages/modes.h"

int main(int argc, char** argv) {
    using namespace loquet::bench;
    return program(
        argc, argv,
        {{"channel", measure_channel}, {"whole", measure_whole}, {"dead", be_dead}, {"reply", measure_reply}});
}
