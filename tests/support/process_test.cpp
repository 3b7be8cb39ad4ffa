// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "tests/support/process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace loquet::tests {
namespace {

TEST(AProcess, GetsItsInputAndEnvironmentAndTellsItsOutputs) {
    const Outcome outcome = run({{"sh", "-c", "cat; echo $COLOUR >&2; exit 7"}, {"COLOUR=red"}, "some input"});
    EXPECT_EQ(outcome.exit_code, 7);
    EXPECT_EQ(outcome.output, "some input");
    EXPECT_EQ(outcome.errors, "red\n");
}

TEST(AProcess, TellsTheSignalThatEndedIt) {
    Process process({{"sleep", "600"}, {}, {}});
    EXPECT_TRUE(process.running());
    process.signal(SIGTERM);
    const Outcome outcome = process.wait();
    EXPECT_EQ(outcome.exit_code, -1);
    EXPECT_EQ(outcome.signal, SIGTERM);
    EXPECT_FALSE(process.running());
}

TEST(AProcess, IsGoneWithItsObject) {
    pid_t pid = -1;
    {
        const Process process({{"sleep", "600"}, {}, {}});
        pid = process.pid();
        EXPECT_EQ(::kill(pid, 0), 0);
    }
    EXPECT_NE(::kill(pid, 0), 0);
}

TEST(AProcess, ThatDoesNotEndInTimeIsAnError) {
    Process process({{"sleep", "600"}, {}, {}});
    EXPECT_THROW(process.wait(base::Milliseconds(10)), base::Error);
}

TEST(AProcess, ThatDoesNotExistExitsWith127) {
    EXPECT_EQ(run({{"no-such-program-here"}, {}, {}}).exit_code, 127);
}

} // namespace
} // namespace loquet::tests
