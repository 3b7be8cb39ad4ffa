// SPDX-License-Identifier: LGPL-2.1-or-later
// What a caller learns about accounts from the time of a refusal: nothing that can be told from noise.
//
// Wrong passwords for four kinds of name are measured through the bus: somebody's, nobody's, one that the helpdesk
// locked or disabled, one that failures locked. Each round measures every kind once, in a random order, so that
// whatever slows the machine down for longer than a round slows all kinds alike (which makes the test below say less,
// never more). The six pairs are compared by a Mann-Whitney U test at 0.001 / 6 each (Bonferroni): where nothing
// differs, at most one run in a thousand says that something does. There are enough rounds to see one kind skip a
// hash even of the cheapest cost: the same times less one hash are told apart by far (p below 1e-50), and so is a naive
// judge with a quarter of the rounds.
#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/measure.h"
#include "tests/hostile/rank_sum.h"
#include "tests/support/canary.h"
#include "tests/support/loop_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace loquet::tests {
namespace {

constexpr std::size_t rounds = 320;
constexpr int tries = 90;
constexpr int names_of_a_kind = 4; ///< each fails less often than locks it
constexpr std::size_t fresh_names = rounds / 2 + warm_up;
constexpr std::size_t rounds_of_a_connection = 16; ///< whose dialogs stay open

/// Four names of each kind, on a machine that neither delays nor locks before the ninetieth failure.
class AMachineToMeasure {
public:
    AMachineToMeasure()
        : machine_(with_lockout(std::string(no_delay)
                                + "tries = 90\ntries_a_day = 10000\n"
                                  "place_delay_ms = 0\nplace_failures_an_hour = 65535\nsite_alert_an_hour = 65535\n")),
          connection_(machine_.connect()) {
        for (int n = 0; n < names_of_a_kind; ++n) {
            const std::string number = std::to_string(n);
            (void)machine_.create_account("known" + number, canary::password);
            const std::string shut = machine_.create_account("shut" + number, canary::password).path;
            (n % 2 == 0 ? lock : disable)(connection_, shut);
        }
        (void)machine_.create_account("guessed", canary::password);
        for (int n = 0; n < tries; ++n) {
            refuse("guessed");
        }
        EXPECT_FALSE(granted(log_in(connection_, {"guessed", canary::password})));
    }
    void refuse(const std::string& name) {
        EXPECT_TRUE(denied(log_in(connection_, {name, canary::wrong_password}), protocol::Reason::refused));
    }
    Measure refusing(const std::string& kind) {
        return [this, kind](std::size_t round) { refuse(kind + std::to_string(round % names_of_a_kind)); };
    }

private:
    Machine machine_;
    bus::Connection connection_;
};

/// The Hasher of the daemon, configured as the machine's.
class AHasherToMeasure {
public:
    /// Waits for what it says of a wrong password.
    bool refuses() { return !wait_for(loop_, hasher_.verify(base::Secret(canary::wrong_password), hash_, {})); }

private:
    bus::Loop loop_;
    work::Hasher hasher_{loop_, work::HashingOptions{"$y$", 1, 2, 0}};
    std::string hash_ = wait_for(loop_, hasher_.hash(base::Secret(canary::password), {}));
};

TEST(ARefusal, T15_TakesTheSameTimeForEveryName) {
    AMachineToMeasure machine;
    AHasherToMeasure hasher;
    auto times = measure_in_turns({machine.refusing("known"), machine.refusing("nobody"), machine.refusing("shut"),
                                   [&](std::size_t) { machine.refuse("guessed"); },
                                   [&](std::size_t) { EXPECT_TRUE(hasher.refuses()); }},
                                  rounds);
    const double one_hash = median(times.back());
    times.pop_back();
    const Comparison comparison = compare(times);
    EXPECT_FALSE(comparison.tells_apart()) << comparison.figures;
    RecordProperty("figures", comparison.figures);

    // So many and so noisy times do show a hash that is skipped for nobody's name.
    for (double& time : times[1]) {
        time -= one_hash;
    }
    const Comparison skipped = compare(times);
    EXPECT_TRUE(skipped.tells_apart()) << skipped.figures;
}

/// One that looks the name up first and hashes only where somebody has it.
TEST(ARefusal, T15_TakesAnotherTimeWhereAnUnknownNameIsNotHashed) {
    AHasherToMeasure hasher;
    const auto judge = [&](bool somebody_has_it) { return !somebody_has_it || hasher.refuses(); };
    const auto naive = compare(measure_in_turns(
        {[&](std::size_t) { EXPECT_TRUE(judge(true)); }, [&](std::size_t) { EXPECT_TRUE(judge(false)); }}, rounds / 4));
    EXPECT_TRUE(naive.tells_apart()) << naive.figures;
}

/// Where a code is all that a login asks, so that what is sent and kept comes before any proof.
class AMachineThatSendsCodes {
public:
    AMachineThatSendsCodes()
        : machine_({.configuration =
                        "[flow.login]\nsteps = [\"one_time_code\"]\n[outbox]\nmail = [\"file\"]\n"
                        "[outbox.mail_budget]\naccount = 1000\ndestination = 1000\nplace = 1000\nsite = 100000\n"
                        "[plugins.file]\nkind = \"channel\"\n"
                        "[plugins.one_time_code]\nkind = \"step\"\nproves = \"possession\"\n",
                    .plugins = {{"lockout", std::string(no_delay)
                                                + "tries = 90\ntries_a_day = 10000\nplace_delay_ms = 0\n"
                                                  "place_failures_an_hour = 65535\nsite_alert_an_hour = 65535\n"},
                                {"password_rules", ""},
                                {"one_time_code", ""},
                                {"file", "folder = \"" + sent_.path() + "\"\n"}},
                    .modules = {},
                    .environment = {}}),
          connection_(machine_.connect()) {
        std::vector<std::uint32_t> with_address;
        for (int n = 0; n < names_of_a_kind; ++n) {
            const std::string number = std::to_string(n);
            with_address.push_back(machine_.create_account("known" + number, "").uid);
            (void)machine_.create_account("without" + number, "");
            const MachineAccount shut = machine_.create_account("shut" + number, "");
            with_address.push_back(shut.uid);
            (n % 2 == 0 ? lock : disable)(connection_, shut.path);
        }
        for (std::size_t n = 0; n < fresh_names; ++n) {
            const std::string number = std::to_string(n);
            with_address.push_back(machine_.create_account("fresh-known" + number, "").uid);
            const MachineAccount shut = machine_.create_account("fresh-shut" + number, "");
            with_address.push_back(shut.uid);
            (n % 2 == 0 ? lock : disable)(connection_, shut.path);
        }
        (void)machine_.stop();
        {
            bus::Loop loop;
            store::Store store({.folder = machine_.store_folder()},
                               store::MasterKey::load(machine_.folder() + "/master-key"), loop);
            store.write_now([&](store::WriteTxn& txn) {
                for (const std::uint32_t uid : with_address) {
                    auto account = store::PrivateAccounts::get(txn, model::Uid{uid}).value();
                    account.mail = std::to_string(uid) + "@example.org";
                    store::AccountsTable::put(txn, model::Uid{uid}, account);
                }
            });
        }
        machine_.start();
        connection_ = machine_.connect();
    }
    /// A dialog with three turns: it begins, asks for the code once more, and guesses.
    Measure guessing(const std::string& kind) {
        return [this, kind](std::size_t round) {
            const BegunDialog begun = begin(connection_, {kind + std::to_string(round % names_of_a_kind), ""});
            EXPECT_TRUE(std::holds_alternative<protocol::Ask>(begun.turn)) << kind;
            EXPECT_TRUE(std::holds_alternative<protocol::Ask>(answer(connection_, begun.path, ""))) << kind;
            EXPECT_TRUE(denied(answer(connection_, begun.path, "000000"), protocol::Reason::refused)) << kind;
        };
    }
    /// Begins once with each name, from a host of its own: each time a code is sent to who has one.
    Measure beginning(const std::string& kind) {
        return [this, kind](std::size_t round) {
            const std::string number = std::to_string(round);
            const Guess guess{.name = "fresh-" + kind + number, .password = "", .host = "desk" + number};
            if (connections_.size() <= round / rounds_of_a_connection) {
                connections_.push_back(machine_.connect()); // a bus drops one that says nothing for long
            }
            bus::Connection& connection = connections_.back();
            EXPECT_TRUE(std::holds_alternative<protocol::Ask>(begin(connection, guess).turn)) << kind;
        };
    }
    [[nodiscard]] std::size_t files_sent() const {
        const std::filesystem::directory_iterator files(sent_.path());
        return static_cast<std::size_t>(std::distance(files, std::filesystem::directory_iterator()));
    }

private:
    TempFolder sent_;
    Machine machine_;
    bus::Connection connection_;
    std::vector<bus::Connection> connections_;
};

/// How many durable writes each turn costs is counted in AFirstStepThatSends; here the whole way is measured, whose
/// noise is the disk's.
TEST(ADialogThatBeginsWithACode, T15_TakesTheSameTimeForEveryName) {
    AMachineThatSendsCodes machine;
    const Comparison comparison = compare(measure_in_turns(
        {machine.guessing("known"), machine.guessing("nobody"), machine.guessing("shut"), machine.guessing("without")},
        rounds / 4));
    EXPECT_FALSE(comparison.tells_apart()) << comparison.figures;
    RecordProperty("figures", comparison.figures);
}

/// Every beginning sends here, where the one above finds the code on its way already.
TEST(ADialogThatBeginsWithACode, T15_TakesTheSameTimeWhereItSendsAndWhereItDoesNot) {
    AMachineThatSendsCodes machine;
    const Comparison comparison = compare(measure_in_turns(
        {machine.beginning("known"), machine.beginning("nobody"), machine.beginning("shut")}, rounds / 2));
    EXPECT_FALSE(comparison.tells_apart()) << comparison.figures;
    EXPECT_GT(machine.files_sent(), rounds / 4) << "else nothing was compared";
    RecordProperty("figures", comparison.figures);
}

TEST(TheRankSumTest, AgreesWithAWorkedExample) {
    // Two sets of 5 that do not overlap: U = 0, z = (12.5 - 0.5) / sqrt(25 * 11 / 12) = 2.5067, p = 0.01219.
    EXPECT_NEAR(chance_of_one_source({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}), 0.01219, 0.00005);
    EXPECT_NEAR(chance_of_one_source({6, 7, 8, 9, 10}, {1, 2, 3, 4, 5}), 0.01219, 0.00005);
    EXPECT_EQ(chance_of_one_source({1, 2, 3}, {1, 2, 3}), 1.0);
    EXPECT_EQ(chance_of_one_source({2, 2, 2}, {2, 2, 2}), 1.0);
    EXPECT_EQ(chance_of_one_source({}, {1}), 1.0);
}

TEST(TheRankSumTest, RaisesNoMoreFalseAlarmsThanItSays) {
    constexpr int worlds = 4000;
    constexpr double alpha = 0.01;
    std::mt19937 random(4711); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same worlds each time
    std::lognormal_distribution<double> time(0, 1);
    int alarms = 0;
    for (int world = 0; world < worlds; ++world) {
        std::vector<double> some(40);
        std::vector<double> others(40);
        std::generate(some.begin(), some.end(), [&] { return time(random); });
        std::generate(others.begin(), others.end(), [&] { return time(random); });
        alarms += chance_of_one_source(some, others) < alpha ? 1 : 0;
    }
    EXPECT_GT(alarms, worlds * alpha / 3);
    EXPECT_LT(alarms, worlds * alpha * 2);
}

} // namespace
} // namespace loquet::tests
