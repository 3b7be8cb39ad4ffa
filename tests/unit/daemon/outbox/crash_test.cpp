// SPDX-License-Identifier: LGPL-2.1-or-later
// The courier's process is killed at random instants while 1000 messages wait: each ends in one final state, none is
// handed on after its time, and where one was handed on twice the record says that this may have been.
#include "daemon/outbox/delivery_attempt.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/process.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

namespace loquet::outbox {
namespace {

using model::MessageState;
using store::OutboxTable;

constexpr std::uint32_t messages = 1000;
constexpr int kills = 40;
constexpr base::Milliseconds until_all_are_done = std::chrono::minutes(2);

/// One delivery as the gateway wrote it down.
struct Delivered {
    std::string reference;
    std::int64_t expires = 0;
    std::int64_t now = 0;
};

class AKilledCourier : public OutboxFixture {
protected:
    void queue_messages() {
        const base::SystemClock clock;
        make_accounts(messages);
        write([&](store::WriteTxn& txn) {
            for (std::uint32_t uid = 1; uid <= messages; ++uid) {
                model::OutboxEntry message;
                message.medium = model::Medium::sms;
                message.reference = reference(uid);
                message.destination = txn.digest(store::DigestKind::phone, phone_of(uid));
                message.account = model::Uid{uid};
                message.text = "code.text";
                message.created = message.next = clock.wall();
                // Every tenth has little time left, so that some expire while they wait.
                message.expires = message.created + std::chrono::milliseconds(uid % 10 == 0 ? uid : 3600'000);
                model::MessageContent content;
                content.destination = phone_of(uid);
                content.variables.push_back({"code", base::Secret("271828")});
                OutboxTable::add(txn, message, content);
            }
        });
    }

    /// Killed again and again, and then left to finish.
    void deliver_under_kills(const std::string& manner) {
        close();
        for (int i = 0; i < kills; ++i) {
            tests::Process courier(command(manner));
            const auto lines = progress() + std::uniform_int_distribution<std::ptrdiff_t>(1, 20)(random_);
            EXPECT_TRUE(tests::eventually([&] { return progress() >= lines || !courier.running(); }));
            courier.signal(SIGKILL);
            (void)courier.wait();
        }
        const tests::Outcome outcome = tests::run(command(manner), until_all_are_done);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
        store_ = make();
    }

    /// Where kills fall is chance: the same with a new store and a new gateway, until `seen` or some times in vain.
    template <class Seen>
    void deliver_until(const std::string& manner, Seen seen) {
        constexpr int rounds = 6;
        for (int round = 0; round < rounds; ++round) {
            if (round > 0) {
                close();
                std::filesystem::remove_all(store_folder());
                std::filesystem::remove(folder_ / "gateway");
                store_ = make();
            }
            queue_messages();
            deliver_under_kills(manner);
            if (seen()) {
                return;
            }
        }
    }

    [[nodiscard]] std::vector<Delivered> delivered() const {
        std::vector<Delivered> all;
        std::istringstream lines(base::read_file(folder_ / "gateway", 1U << 24U));
        for (Delivered one; lines >> one.reference >> one.expires >> one.now;) {
            all.push_back(one);
        }
        return all;
    }
    /// By reference.
    [[nodiscard]] std::map<std::string, model::OutboxEntry> stored() const {
        std::map<std::string, model::OutboxEntry> all;
        read([&](const store::ReadTxn& txn) {
            OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                all[message.reference] = message;
                return true;
            });
            return 0;
        });
        return all;
    }
    /// Messages that the gateway took more than once, though their record says that this cannot have been.
    [[nodiscard]] std::size_t repeated_and_not_counted() const {
        std::map<std::string, std::uint32_t> times;
        for (const Delivered& one : delivered()) {
            ++times[one.reference];
        }
        const auto records = stored();
        return static_cast<std::size_t>(std::count_if(times.begin(), times.end(), [&](const auto& taken) {
            const model::OutboxEntry& record = records.at(taken.first);
            const std::uint32_t yes = record.state == MessageState::sent ? 1 : 0;
            return taken.second > record.unknown + yes;
        }));
    }

    [[nodiscard]] std::size_t sent_without_receipt() const {
        const auto records = stored();
        return static_cast<std::size_t>(std::count_if(
            records.begin(), records.end(), [](const auto& record) { return awaits_receipt(record.second); }));
    }

private:
    static std::string reference(std::uint32_t uid) {
        std::string digits = std::to_string(uid);
        return std::string(limits::delivery_reference_bytes - digits.size(), '0') + digits;
    }
    [[nodiscard]] tests::Command command(const std::string& manner) const {
        tests::Command command{
            .argv = {LOQUET_CRASH_COURIER, store_folder(), folder_ / "messages", folder_ / "gateway"},
            .environment = {},
            .input = {}};
        if (!manner.empty()) {
            command.argv.push_back(manner);
        }
        return command;
    }
    /// Lines that the gateway wrote so far.
    [[nodiscard]] std::ptrdiff_t progress() const {
        if (!std::filesystem::exists(folder_ / "gateway")) {
            return 0;
        }
        const std::string text = base::read_file(folder_ / "gateway", 1U << 24U);
        return std::count(text.begin(), text.end(), '\n');
    }

    std::mt19937 random_{std::random_device{}()};
};

TEST_F(AKilledCourier, T29_BringsEachMessageToOneFinalStateAndCountsWhatMayHaveArrivedTwice) {
    queue_messages();
    deliver_under_kills("");
    const auto records = stored();
    ASSERT_EQ(records.size(), messages);
    std::map<MessageState, int> states;
    std::uint32_t unknown = 0;
    for (const auto& [reference, message] : records) {
        ++states[message.state];
        unknown += message.unknown;
    }
    EXPECT_EQ(states[MessageState::sent] + states[MessageState::expired], static_cast<int>(messages));
    EXPECT_EQ(read(OutboxTable::pending), 0U);
    const auto all = delivered();
    for (const Delivered& one : all) {
        EXPECT_LT(one.now, one.expires) << one.reference;
    }
    EXPECT_GE(all.size(), static_cast<std::size_t>(states[MessageState::sent]));
    EXPECT_EQ(repeated_and_not_counted(), 0U);
    EXPECT_GT(unknown, 0U) << "no kill fell between a handing on and its yes";
    std::cout << all.size() << " deliveries of " << messages << " messages, " << states[MessageState::expired]
              << " expired, " << unknown << " attempts of which nobody knows\n";
}

TEST_F(AKilledCourier, T29_LosesNoReceipt) {
    queue_messages();
    deliver_under_kills("");
    EXPECT_EQ(sent_without_receipt(), 0U);
}

// The check of the test above: what is forgotten when it was told is lost where the daemon dies before it is durable.
TEST_F(AKilledCourier, T29_WouldLoseReceiptsThatAreForgottenBeforeTheyAreKept) {
    deliver_until("forgetful", [&] { return sent_without_receipt() > 0; });
    EXPECT_GT(sent_without_receipt(), 0U);
}

// The check of the first test: who does not write down what was begun sends it again and does not know.
TEST_F(AKilledCourier, T29_WouldRepeatMessagesUnknowinglyWithoutTheStateSending) {
    deliver_until("careless", [&] { return repeated_and_not_counted() > 0; });
    EXPECT_GT(repeated_and_not_counted(), 0U);
}

} // namespace
} // namespace loquet::outbox
