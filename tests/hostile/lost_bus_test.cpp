// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of a daemon that has dialogs open: the bus dies under it, or it is told to stop.
#include "lib/protocol/names.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/parallel.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace loquet::tests {
namespace {

constexpr int dialogs = 50;
/// The third failure and those behind it wait long.
const char* const slow_policy = "first_delay_ms = 7000\nmax_delay_ms = 7000\nby_place = false\n";

base::Task<void> begin_one(bus::Connection& connection, std::string name, std::string& path) {
    auto beginning = begin_async(connection, {std::move(name), ""});
    BegunDialog begun = co_await beginning;
    path = std::move(begun.path);
}

/// Answers, and notes how that ended.
base::Task<void> answer_one(bus::Connection& connection, std::string path, std::vector<std::string>& outcomes) {
    std::string outcome;
    try {
        auto answering = answer_async(connection, std::move(path), canary::wrong_password);
        const protocol::Turn turn = co_await answering;
        outcome = granted(turn) ? "granted" : "refused";
    } catch (const base::Error& error) {
        outcome = error.kind() == base::Error::Kind::unavailable ? "unavailable" : error.what();
    }
    outcomes.push_back(std::move(outcome));
}

class ADaemonWithDialogs : public testing::Test {
protected:
    /// Of every five dialogs one is only open; those of "alice" wait behind each other and behind a delay, the others
    /// are hashed.
    void open() {
        machine_.create_account("alice", canary::password);
        bus::Connection attacker = machine_.connect();
        for (int failures = 0; failures < 2; ++failures) {
            (void)log_in(attacker, {"alice", canary::wrong_password});
        }
        std::vector<std::string> paths(dialogs);
        in_parallel(crowd_.loop(), dialogs, [&](int n) {
            return begin_one(crowd_.of(n), n % 2 == 0 ? "alice" : "person" + std::to_string(n),
                             paths.at(static_cast<std::size_t>(n)));
        });
        for (int n = 0; n < dialogs; ++n) {
            if (n % 5 != 4) {
                answering_.spawn(answer_one(crowd_.of(n), paths.at(static_cast<std::size_t>(n)), outcomes_));
            }
        }
        asked_ = answering_.active();
        // One who is hashed was answered: the others of those are under way, and the delay holds those of "alice".
        EXPECT_TRUE(eventually(crowd_.loop(), [&] { return !outcomes_.empty(); }));
    }
    [[nodiscard]] bool all_ended() {
        return eventually(crowd_.loop(), [&] { return answering_.active() == 0; });
    }
    [[nodiscard]] std::size_t ended_as(const std::string& outcome) const {
        return static_cast<std::size_t>(std::count(outcomes_.begin(), outcomes_.end(), outcome));
    }

    Machine machine_{with_lockout(slow_policy)};
    Crowd crowd_{machine_, 10};
    std::vector<std::string> outcomes_;
    std::size_t asked_ = 0;
    base::TaskGroup answering_{[](const std::exception_ptr&) { ADD_FAILURE(); }};
};

TEST_F(ADaemonWithDialogs, EndsInOrderWithAnErrorWhenTheBusDies) {
    open();
    machine_.bus().stop();
    const Outcome outcome = machine_.daemon().wait();
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.errors;
    EXPECT_NE(outcome.errors.find("the bus closed the connection"), std::string::npos) << outcome.errors;
    for (const char* finding : {"Sanitizer", "runtime error", "error of its own"}) {
        EXPECT_EQ(outcome.errors.find(finding), std::string::npos) << outcome.errors;
    }
    EXPECT_TRUE(all_ended());
}

TEST_F(ADaemonWithDialogs, TellsWhoWaitsThatItStopsAndStopsInOrder) {
    open();
    machine_.daemon().signal(SIGTERM);
    EXPECT_TRUE(all_ended());
    const Outcome outcome = machine_.daemon().wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    for (const char* finding : {"Sanitizer", "runtime error", "error of its own"}) {
        EXPECT_EQ(outcome.errors.find(finding), std::string::npos) << outcome.errors;
    }
    EXPECT_EQ(outcomes_.size(), asked_);
    EXPECT_GE(ended_as("unavailable"), 19U) << "those of alice but the one that the delay holds, and that one too";
    EXPECT_EQ(ended_as("unavailable") + ended_as("refused"), asked_) << "nobody is left without an answer";
}

} // namespace
} // namespace loquet::tests
