// SPDX-License-Identifier: LGPL-2.1-or-later
// What a stranger learns about accounts from the time of a recovery: nothing that can be told from noise, neither as it
// begins, nor as a code is asked for, nor as one is guessed. Measured and compared as timing_test.cpp says; each dialog
// is of a name of its own in a place of its own, so that each request sends a code where it can.
#include "tests/hostile/measure.h"
#include "tests/hostile/recovery_machine.h"

#include <gtest/gtest.h>

#include <array>
#include <iterator>
#include <string>
#include <vector>

namespace loquet::tests {
namespace {

constexpr std::size_t rounds = 56;
constexpr std::size_t rounds_of_a_connection = 8; ///< a bus drops one that says nothing for long

/// The turns of a dialog that are timed.
enum class Stage : std::size_t { begin, menu, code_asked, code_guessed };
constexpr std::size_t stages = 4;

using Times = std::vector<std::vector<double>>; ///< of each kind

class AForgottenPassword : public testing::Test {
protected:
    static constexpr std::size_t kinds = std::size(kinds_of_people) - 1; // none is guessed here

    /// One dialog, from the name to a wrong code.
    void walk(std::size_t kind, std::size_t round) {
        if (round % rounds_of_a_connection == 0) {
            connection_ = machine_.machine().connect();
        }
        const std::string number = std::to_string(round);
        const Guess guess{.name = kinds_of_people[kind] + number + suffix_, .password = "", .host = "desk" + number};
        BegunDialog begun;
        const auto time = [&](Stage stage, const auto& measured) {
            const double took = microseconds_of(measured);
            if (round >= warm_up) {
                times_[static_cast<std::size_t>(stage)][kind].push_back(took);
            }
        };
        const auto asks = [&](const char* typed) {
            return std::holds_alternative<protocol::Ask>(answer(connection_, begun.path, typed));
        };
        time(Stage::begin, [&] { begun = begin(connection_, guess); });
        EXPECT_TRUE(asks(""));
        time(Stage::menu, [&] { EXPECT_TRUE(asks("")); });
        time(Stage::code_asked, [&] { EXPECT_TRUE(asks("1")); });
        time(Stage::code_guessed, [&] { EXPECT_FALSE(asks("0000 0000")); });
    }

    void compare_all() {
        in_turns(kinds, rounds + warm_up, [&](std::size_t kind, std::size_t round) { walk(kind, round); });
        for (std::size_t stage = 0; stage < stages; ++stage) {
            const Comparison comparison = compare(times_.at(stage), stages);
            EXPECT_FALSE(comparison.tells_apart()) << "stage " << stage << '\n' << comparison.figures;
            RecordProperty("stage " + std::to_string(stage), comparison.figures);
        }
    }

    std::string suffix_; ///< of the name, for an address
    ARecoveryMachine machine_{rounds + warm_up};
    bus::Connection connection_ = machine_.machine().connect();
    std::array<Times, stages> times_{Times(kinds), Times(kinds), Times(kinds), Times(kinds)};
};

TEST_F(AForgottenPassword, T15_TakesTheSameTimeForEveryName) {
    compare_all();
    EXPECT_GE(machine_.files_sent(), rounds) << "else nothing was compared";

    // So many and so noisy times do show a wrong code that is judged a fifth faster where there is nobody.
    Times& guessed = times_.at(static_cast<std::size_t>(Stage::code_guessed));
    for (double& time : guessed.at(1)) {
        time *= 0.8;
    }
    const Comparison naive = compare(guessed, stages);
    EXPECT_TRUE(naive.tells_apart()) << naive.figures;
}

TEST_F(AForgottenPassword, T15_TakesTheSameTimeForEveryAddress) {
    suffix_ = "@example.org";
    compare_all();
    EXPECT_GE(machine_.files_sent(), rounds) << "else nothing was compared";
}

} // namespace
} // namespace loquet::tests
