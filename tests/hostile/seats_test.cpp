// SPDX-License-Identifier: LGPL-2.1-or-later
// Failing on purpose, or by mistake, at one place: what it means for others, and after a restart.
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/parallel.h"
#include "tests/support/canary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace loquet::tests {
namespace {

constexpr int attempts = 1000;
constexpr base::Milliseconds configured_delay{2000};
const char* const by_seat = "first_delay_ms = 100\nmax_delay_ms = 2000\n";
const char* const by_account = "first_delay_ms = 100\nmax_delay_ms = 2000\nby_seat = false\n";

base::Task<void> fail_again_and_again(bus::Connection& connection, int times) {
    for (int n = 0; n < times; ++n) {
        auto failing = log_in_async(connection, {"alice", canary::wrong_password, "attacker"});
        const protocol::Turn turn = co_await failing;
        EXPECT_FALSE(granted(turn));
    }
}

base::Task<void> log_in_as_owner(bus::Connection& connection, bool& in, base::Milliseconds& took) {
    const auto begun = std::chrono::steady_clock::now();
    auto logging_in = log_in_async(connection, {"alice", canary::password, "owner"});
    const protocol::Turn turn = co_await logging_in;
    in = granted(turn);
    took = std::chrono::duration_cast<base::Milliseconds>(std::chrono::steady_clock::now() - begun);
}

/// The owner logs in once, then again and again while an attacker fails elsewhere; whether each time was in time.
bool owner_gets_in_under_attack(const std::string& policy) {
    constexpr int attackers = 10;
    Machine machine(with_lockout(policy));
    machine.create_account("alice", canary::password);
    bus::Connection owner = machine.connect();
    EXPECT_TRUE(granted(log_in(owner, {"alice", canary::password, "owner"})));
    Crowd crowd(machine, attackers + 1);
    bool in = false;
    base::Milliseconds took{0};
    in_parallel(crowd.loop(), attackers + 1, [&](int n) {
        return n < attackers ? fail_again_and_again(crowd.of(n), attempts / attackers)
                             : log_in_as_owner(crowd.of(n), in, took);
    });
    bool after = false;
    base::Milliseconds took_after{0};
    in_parallel(crowd.loop(), 1, [&](int) { return log_in_as_owner(crowd.of(0), after, took_after); });
    return in && after && std::max(took, took_after) <= configured_delay;
}

TEST(AnAttackerAtOneSeat, T13_DoesNotKeepTheOwnerOutAtAnother) {
    EXPECT_TRUE(owner_gets_in_under_attack(by_seat));
}

TEST(AnAttackerAtOneSeat, T13_KeepsTheOwnerOutWhereFailuresCountForTheAccountAlone) {
    EXPECT_FALSE(owner_gets_in_under_attack(by_account));
}

TEST(AnEmptyPassword, T13_AddsNoFailure) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("alice", canary::password);
    bus::Connection connection = machine.connect();
    for (int n = 0; n < 4; ++n) {
        ASSERT_FALSE(granted(log_in(connection, {"alice", canary::wrong_password})));
    }
    for (int n = 0; n < attempts; ++n) {
        ASSERT_FALSE(granted(log_in(connection, {"alice", ""})));
    }
    EXPECT_TRUE(granted(log_in(connection, {"alice", canary::password})));
}

} // namespace
} // namespace loquet::tests
