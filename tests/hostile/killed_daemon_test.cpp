// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon is killed at random instants while people guess: whatever a caller was told is remembered.
#include "lib/base/error.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/parallel.h"
#include "tests/support/canary.h"

#include <gtest/gtest.h>

#include <csignal>
#include <iostream>
#include <map>
#include <random>

namespace loquet::tests {
namespace {

constexpr int cycles = 200;
constexpr int allowed = 5;
constexpr int guesses_at_once = 4;

/// What callers know of an account since they were last told of an unlock.
struct Announced {
    int failures = 0;
    bool locked = false;
};

class AKilledDaemon : public testing::Test {
protected:
    AKilledDaemon() : alice(machine.create_account("alice", canary::password)) {}

    base::Task<void> guess(bus::Connection& line) {
        try {
            auto guessing = log_in_async(line, {"alice", canary::wrong_password});
            const protocol::Turn turn = co_await guessing;
            announced.failures += denied(turn, protocol::Reason::refused) ? 1 : 0;
            announced.locked = announced.locked || denied(turn, protocol::Reason::locked);
        } catch (const base::Error&) {
            ++cut_off; // the daemon died first: nobody was told anything
        }
    }

    void kill_while_people_guess(base::Milliseconds after) {
        Crowd crowd(machine, guesses_at_once);
        const bus::Source killing = crowd.loop().after(after, [&] { machine.daemon().signal(SIGKILL); });
        in_parallel(crowd.loop(), guesses_at_once, [&](int n) { return guess(crowd.of(n)); });
        machine.kill();
    }

    /// Nothing that was told may be missing, and no more may have been evaluated than allowed.
    void check_what_is_remembered() {
        const auto rows = read_audit(connection);
        int evaluated = 0;
        for (const AuditRow& row : rows) {
            if (row.kind == "account-unlocked") {
                evaluated = 0;
            } else if (row.kind == "login" && row.detail == "wrong-password") {
                ++evaluated;
            }
        }
        EXPECT_GE(evaluated, announced.failures);
        EXPECT_LE(evaluated, allowed);
        const bool locked = locked_until(connection, alice.path) != 0;
        EXPECT_TRUE(locked || !(announced.locked || announced.failures >= allowed));
        if (locked) {
            ++locks_seen;
            EXPECT_FALSE(granted(log_in(connection, {"alice", canary::password})));
            unlock(connection, alice.path);
            announced = {};
        }
    }

    Machine machine{with_lockout(no_delay, "disclose = [\"locked\"]\n")};
    MachineAccount alice;
    bus::Connection connection = machine.connect();
    Announced announced;
    int cut_off = 0;
    int locks_seen = 0;
};

TEST_F(AKilledDaemon, T9_RemembersEveryFailureAndEveryLockThatWasTold) {
    const auto seed = std::random_device()();
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> instant(0, 40);
    for (int cycle = 0; cycle < cycles && !HasFailure(); ++cycle) {
        SCOPED_TRACE("cycle " + std::to_string(cycle));
        kill_while_people_guess(base::Milliseconds(instant(random)));
        machine.start();
        check_what_is_remembered();
    }
    EXPECT_EQ(broken_audit(connection), "");
    EXPECT_GT(cut_off, 0) << "no kill came in time: the instants are too late";
    EXPECT_GT(locks_seen, 0) << "no lock was reached: the instants are too early";
}

} // namespace
} // namespace loquet::tests
