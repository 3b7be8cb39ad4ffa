// SPDX-License-Identifier: LGPL-2.1-or-later
// Many guesses at one password at the same moment: no more of them are evaluated than the policy allows.
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/parallel.h"
#include "tests/support/canary.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace loquet::tests {
namespace {

constexpr int dialogs = 64;
constexpr int allowed = 5;
const char* const for_the_account = "first_delay_ms = 0\nmax_delay_ms = 0\nby_place = false\n";

/// What the check needs: guess all at once, then tell how many were compared with the right password.
struct Evaluations {
    int evaluated = 0;
    int granted = 0;
};

Evaluations evaluations_on(Machine& machine, const std::vector<Guess>& guesses) {
    Crowd crowd(machine, 8);
    const std::vector<protocol::Turn> ended = crowd.guess_at_once(guesses);
    bus::Connection helpdesk = machine.connect();
    const auto rows = read_audit(helpdesk);
    // On a slow machine some wait too long, and are told so without being judged.
    const auto unjudged = std::count_if(
        ended.begin(), ended.end(), [](const protocol::Turn& turn) { return denied(turn, protocol::Reason::busy); });
    EXPECT_EQ(count_logins(rows, "wrong-password") + count_logins(rows, "locked: too-many-failures") + unjudged,
              dialogs);
    return {count_logins(rows, "wrong-password"), static_cast<int>(std::count_if(ended.begin(), ended.end(), granted))};
}

TEST(ParallelGuesses, T9_AtOnePlaceAreEvaluatedAsOftenAsAllowedAndThenTheRightPasswordIsRefused) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("alice", canary::password);
    const std::vector<Guess> guesses(dialogs, Guess{"alice", canary::wrong_password});
    const Evaluations seen = evaluations_on(machine, guesses);
    EXPECT_EQ(seen.evaluated, allowed);
    EXPECT_EQ(seen.granted, 0);
    bus::Connection connection = machine.connect();
    EXPECT_FALSE(granted(log_in(connection, {"alice", canary::password})));
}

TEST(ParallelGuesses, T8_FromManyPlacesAreEvaluatedAsOftenAsAllowedForTheAccount) {
    Machine machine(with_lockout(for_the_account));
    machine.create_account("alice", canary::password);
    std::vector<Guess> guesses;
    for (int n = 0; n < dialogs; ++n) {
        guesses.push_back({"alice", canary::wrong_password, "host" + std::to_string(n)});
    }
    const Evaluations seen = evaluations_on(machine, guesses);
    EXPECT_EQ(seen.evaluated, allowed);
    bus::Connection connection = machine.connect();
    EXPECT_FALSE(granted(log_in(connection, {"alice", canary::password, "host of the owner"})));
}

TEST(ParallelGuesses, T8_WithNewDialogsBetweenThemAreCountedForTheAccountAndNotForADialog) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("alice", canary::password);
    bus::Connection connection = machine.connect();
    for (int n = 0; n < dialogs; ++n) {
        const BegunDialog abandoned = begin(connection, {"alice", {}});
        EXPECT_FALSE(granted(log_in(connection, {"alice", canary::wrong_password})));
        connection = machine.connect(); // ends the dialogs of the one before
    }
    EXPECT_EQ(count_logins(read_audit(connection), "wrong-password"), allowed);
}

/// What is often written: look at the count, hash, count afterwards.
class NaiveEngine {
public:
    explicit NaiveEngine(bus::Loop& loop) : loop_(loop) {}
    base::Task<void> guess() {
        if (failures_ >= allowed) {
            co_return;
        }
        auto hashing = loop_.sleep(base::Milliseconds(1));
        co_await hashing;
        ++evaluated_;
        ++failures_;
    }
    [[nodiscard]] int evaluated() const { return evaluated_; }

private:
    bus::Loop& loop_;
    int failures_ = 0;
    int evaluated_ = 0;
};

TEST(ParallelGuesses, T9_AreEvaluatedMoreOftenByAnEngineThatCountsAfterwards) {
    bus::Loop loop;
    NaiveEngine engine(loop);
    in_parallel(loop, dialogs, [&](int) { return engine.guess(); });
    EXPECT_GT(engine.evaluated(), allowed);
}

} // namespace
} // namespace loquet::tests
