// SPDX-License-Identifier: LGPL-2.1-or-later
// Failing by mistake: what is remembered over a restart, and what it means for others at the same place.
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/support/canary.h"

#include <gtest/gtest.h>

namespace loquet::tests {
namespace {

TEST(FourFailures, T27_AndOneMoreAfterARestartLockUntilTheHelpdeskUnlocks) {
    Machine machine(with_lockout(no_delay));
    const MachineAccount alice = machine.create_account("alice", canary::password);
    bus::Connection connection = machine.connect();
    for (int n = 0; n < 4; ++n) {
        ASSERT_FALSE(granted(log_in(connection, {"alice", canary::wrong_password})));
    }
    EXPECT_EQ(locked_until(connection, alice.path), 0U);
    machine.restart();
    machine.wait_for_plugins();
    ASSERT_FALSE(granted(log_in(connection, {"alice", canary::wrong_password})));
    EXPECT_GT(locked_until(connection, alice.path), 0U);
    EXPECT_FALSE(granted(log_in(connection, {"alice", canary::password})));
    machine.kill();
    machine.start();
    machine.wait_for_plugins();
    EXPECT_FALSE(granted(log_in(connection, {"alice", canary::password})));
    unlock(connection, alice.path);
    EXPECT_TRUE(granted(log_in(connection, {"alice", canary::password})));
}

TEST(FortyPeopleBehindOnePlace, T28_WhoMistypeOnceAreNotHeldUp) {
    constexpr int people = 40;
    Machine machine; // the options that ship
    for (int n = 0; n < people; ++n) {
        machine.create_account("user" + std::to_string(n), canary::password);
    }
    bus::Connection connection = machine.connect();
    for (int n = 0; n < people; ++n) {
        const std::string name = "user" + std::to_string(n);
        ASSERT_FALSE(granted(log_in(connection, {name, canary::wrong_password})));
        ASSERT_TRUE(granted(log_in(connection, {name, canary::password}))) << name;
    }
}

} // namespace
} // namespace loquet::tests
