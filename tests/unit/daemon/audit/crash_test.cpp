// SPDX-License-Identifier: LGPL-2.1-or-later
// The store when its process is killed: everything that was acknowledged is there, and the audit chain is whole.
#include "daemon/audit/audit_log.h"
#include "daemon/store/steps_table.h"
#include "tests/support/process.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <sstream>

namespace loquet::audit {
namespace {

constexpr int kills = 50;

class AKilledWriter : public store::StoreFixture {
protected:
    /// The numbers that the writer said were durable before it was killed at a random instant.
    std::vector<std::uint32_t> acknowledged_before_the_kill(const std::string& manner) {
        close();
        tests::Process writer({.argv = {LOQUET_CRASH_WRITER, store_folder(), manner}, .environment = {}, .input = {}});
        const auto lines = std::uniform_int_distribution<std::ptrdiff_t>(1, 40)(random_);
        EXPECT_TRUE(tests::eventually([&] {
            const std::string output = writer.output();
            return std::count(output.begin(), output.end(), '\n') >= lines;
        })) << writer.errors();
        spin(std::chrono::microseconds(std::uniform_int_distribution<int>(0, 3000)(random_)));
        writer.signal(SIGKILL);
        const tests::Outcome outcome = writer.wait();
        EXPECT_EQ(outcome.signal, SIGKILL) << outcome.errors;
        return numbers_of_whole_lines(outcome.output);
    }
    [[nodiscard]] std::size_t lost(const std::vector<std::uint32_t>& acknowledged) const {
        return read([&](const store::ReadTxn& txn) {
            return static_cast<std::size_t>(
                std::count_if(acknowledged.begin(), acknowledged.end(), [&](std::uint32_t number) {
                    return !store::StepsTable::get(txn, model::Uid{number}, "counted");
                }));
        });
    }

private:
    /// The instant of the kill falls anywhere in a commit; nothing is waited for.
    static void spin(std::chrono::microseconds duration) {
        const auto end = std::chrono::steady_clock::now() + duration;
        while (std::chrono::steady_clock::now() < end) {
        }
    }
    static std::vector<std::uint32_t> numbers_of_whole_lines(const std::string& output) {
        std::istringstream text(output.substr(0, output.rfind('\n') + 1));
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t number = 0; text >> number;) {
            numbers.push_back(number);
        }
        return numbers;
    }
    std::mt19937 random_{std::random_device{}()};
};

TEST_F(AKilledWriter, T27_HasEverythingItAcknowledgedAndAWholeChain) {
    for (int i = 0; i < kills; ++i) {
        const auto acknowledged = acknowledged_before_the_kill("durable");
        EXPECT_FALSE(acknowledged.empty());
        store_ = make();
        ASSERT_EQ(lost(acknowledged), 0U) << "after kill " << i;
        const Verdict verdict = read(AuditLog::verify);
        ASSERT_TRUE(verdict.intact) << "after kill " << i << ": " << verdict.problem;
    }
}

// The check of the test above: a writer that acknowledges what is only queued is caught by it.
TEST_F(AKilledWriter, T27_WouldHaveLostWhatItAcknowledgedBeforeTheCommit) {
    std::size_t missing = 0;
    for (int i = 0; i < kills && missing == 0; ++i) {
        const auto acknowledged = acknowledged_before_the_kill("early");
        store_ = make();
        missing = lost(acknowledged);
    }
    EXPECT_GT(missing, 0U);
}

} // namespace
} // namespace loquet::audit
