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
const char* const by_place = "first_delay_ms = 100\nmax_delay_ms = 2000\n";
const char* const by_account = "first_delay_ms = 100\nmax_delay_ms = 2000\nby_place = false\n";

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

TEST(AnAttackerAtOnePlace, T13_DoesNotKeepTheOwnerOutAtAnother) {
    EXPECT_TRUE(owner_gets_in_under_attack(by_place));
}

TEST(AnAttackerAtOnePlace, T13_KeepsTheOwnerOutWhereFailuresCountForTheAccountAlone) {
    EXPECT_FALSE(owner_gets_in_under_attack(by_account));
}

/// Alice logs in at her console and somebody fails under her name, each time from another place.
class AnAttackFromManyPlaces : public testing::Test {
protected:
    AnAttackFromManyPlaces() : machine_(with_lockout(no_delay)), connection_(machine_.connect()) {
        alice_ = machine_.create_account("alice", canary::password);
        EXPECT_TRUE(gets_in("console"));
    }
    bool gets_in(const std::string& host) { return granted(log_in(connection_, {"alice", canary::password, host})); }
    void fail_from(int first, int places) {
        for (int place = first; place < first + places; ++place) {
            const std::string host = "10.1." + std::to_string(place / 250) + "." + std::to_string(place % 250);
            EXPECT_FALSE(granted(log_in(connection_, {"alice", canary::wrong_password, host})));
        }
    }

    Machine machine_;
    bus::Connection connection_;
    MachineAccount alice_;
};

TEST_F(AnAttackFromManyPlaces, T13_DoesNotKeepTheOwnerOutAtAKnownOne) {
    fail_from(0, 17);
    EXPECT_TRUE(gets_in("console"));
    fail_from(100, 25);
    EXPECT_TRUE(gets_in("console"));
    EXPECT_FALSE(gets_in("10.2.0.1")) << "the attack does lock other places";
    fail_from(200, 1000);
    EXPECT_TRUE(gets_in("console"));
    machine_.restart();
    connection_ = machine_.connect();
    EXPECT_TRUE(gets_in("console")) << "also after a restart";
}

TEST_F(AnAttackFromManyPlaces, T13_IsSeenByTheHelpdeskAndEndedByIt) {
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "active");
    fail_from(0, 25);
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "locked");
    EXPECT_EQ(account_text(connection_, alice_.path, "LockReason"), "too-many-failures-a-day");
    EXPECT_GT(locked_until(connection_, alice_.path), 0U);
    EXPECT_EQ(listed(connection_, "locked"), std::vector<std::string>{"alice"});
    EXPECT_NE(machine_.log().find("too many failures lock alice"), std::string::npos);
    unlock(connection_, alice_.path);
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "active");
    EXPECT_TRUE(listed(connection_, "locked").empty());
    EXPECT_TRUE(gets_in("10.2.0.1"));
    fail_from(0, 25);
    EXPECT_TRUE(gets_in("console")) << "an unlock forgets failures, not where the owner logs in";
}

TEST_F(AnAttackFromManyPlaces, IsForgottenWithAReset) {
    fail_from(0, 25);
    ASSERT_EQ(account_text(connection_, alice_.path, "State"), "locked");
    start_reset(connection_, alice_.path);
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "active");
    EXPECT_EQ(account_text(connection_, alice_.path, "LockReason"), "");
}

TEST_F(AnAttackFromManyPlaces, T13_IsOnePlaceForAThousandTerminalsOfOnePerson) {
    for (int terminal = 0; terminal < attempts; ++terminal) {
        EXPECT_FALSE(granted(log_in(connection_, {.name = "alice",
                                                  .password = canary::wrong_password,
                                                  .person = 1000,
                                                  .terminal = "pts/" + std::to_string(terminal)})));
    }
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "active") << "one place is shut, no more";
    EXPECT_EQ(account_text(connection_, alice_.path, "LockReason"), "too-many-failures");
    EXPECT_EQ(read_audit(connection_).back().place, "user:1000");
    EXPECT_TRUE(gets_in("10.2.0.1"));
}

TEST_F(AnAttackFromManyPlaces, T13_IsOnePlaceForAWholeIPv6Network) {
    for (int host = 1; host <= 60; ++host) {
        const std::string address = "2001:db8:7:8::" + std::to_string(host);
        EXPECT_FALSE(granted(log_in(connection_, {"alice", canary::wrong_password, address})));
    }
    EXPECT_EQ(account_text(connection_, alice_.path, "State"), "active");
    EXPECT_TRUE(gets_in("2001:db8:7:9::1"));
}

TEST_F(AnAttackFromManyPlaces, DisablesTheAccountElsewhereAfterAHundredInARowAndSaysSo) {
    Machine strict(with_lockout(std::string(no_delay) + "tries_in_a_row = 20\n"));
    bus::Connection connection = strict.connect();
    const MachineAccount bob = strict.create_account("bob", canary::password);
    ASSERT_TRUE(granted(log_in(connection, {"bob", canary::password, "console"})));
    for (int place = 0; place < 20; ++place) {
        const std::string host = "10.1.0." + std::to_string(place);
        EXPECT_FALSE(granted(log_in(connection, {"bob", canary::wrong_password, host})));
    }
    EXPECT_EQ(account_text(connection, bob.path, "State"), "disabled");
    EXPECT_EQ(account_text(connection, bob.path, "LockReason"), "too-many-failures-in-a-row");
    EXPECT_EQ(listed(connection, "disabled"), std::vector<std::string>{"bob"});
    EXPECT_TRUE(granted(log_in(connection, {"bob", canary::password, "console"})));
    EXPECT_EQ(account_text(connection, bob.path, "State"), "active");
}

TEST(AnEmptyPassword, T13_AddsNoFailure) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("alice", canary::password);
    bus::Connection connection = machine.connect();
    for (int n = 0; n < 4; ++n) {
        ASSERT_FALSE(granted(log_in(connection, {"alice", canary::wrong_password})));
    }
    for (int n = 0; n < attempts; ++n) { // each leaves its dialog at the question, with a word on how to get help
        bus::Connection caller = machine.connect();
        ASSERT_FALSE(granted(log_in(caller, {"alice", ""})));
    }
    EXPECT_TRUE(granted(log_in(connection, {"alice", canary::password})));
}

} // namespace
} // namespace loquet::tests
