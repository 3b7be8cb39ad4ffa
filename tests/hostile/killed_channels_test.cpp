// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon and the process of its channel are killed at random instants while 1000 messages wait for a gateway: each
// ends in one final state, none is handed on after its time, and where one may have arrived twice its record says so.
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/store.h"
#include "lib/base/file.h"
#include "lib/bus/message.h"
#include "paths.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/machine.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

namespace loquet::tests {
namespace {

using model::MessageState;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

constexpr std::uint32_t messages = 1000;
constexpr std::uint32_t first_uid = 40'000;
constexpr int kills = 200;
constexpr base::Milliseconds patience_with_it = std::chrono::seconds(2);
constexpr base::Milliseconds until_all_are_done = std::chrono::minutes(2);
/// From the last look at the clock to the gateway's own; a message that was begun in time may be this late.
constexpr std::int64_t on_the_wire = 1000;

std::string reference_of(std::uint32_t number) {
    std::string digits = std::to_string(number);
    return std::string(limits::delivery_reference_bytes - digits.size(), '0') + digits;
}

std::string phone_of(std::uint32_t number) {
    return "+336" + std::to_string(10'000'000 + number);
}

/// What the gateway saw of one message.
struct Seen {
    std::uint32_t times = 0;
    std::int64_t last = 0; ///< milliseconds since 1970
};

class KilledChannels : public testing::Test {
protected:
    KilledChannels()
        : gateway_(
              {{"/usr/bin/python3", "-B", LOQUET_SOURCE_DIR "/tests/support/http_server.py", folder_.path()}, {}, {}}) {
    }

    void SetUp() override {
        ASSERT_TRUE(eventually([&] { return gateway_.output().find('\n') != std::string::npos; })) << gateway_.errors();
        machine_ = std::make_unique<Machine>(
            MachineOptions{.configuration = "[outbox]\nsms = [\"sms_http\"]\n[plugins.sms_http]\nkind = \"channel\"\n",
                           .plugins = {{"lockout", ""}, {"password_rules", ""}, {"sms_http", options()}},
                           .modules = {},
                           .environment = {}});
    }

    /// The gateway takes its time, so that something is always in hand.
    [[nodiscard]] std::string options() const {
        return "url = \"http://localhost:" + std::to_string(std::stoi(gateway_.output().substr(5)))
               + "/after/40\"\nnotation = \"form\"\nfields = [\"to={number}\", \"text={text}\", "
                 "\"reference={reference}\"]\n"
                 "plain_http = true\nnear_addresses = true\n";
    }

    template <class Body>
    auto with_store(Body body) {
        bus::Loop loop;
        store::Store store({.folder = machine_->store_folder()},
                           store::MasterKey::load(machine_->folder() + "/master-key"), loop);
        return body(store);
    }

    void queue_messages() {
        (void)machine_->stop();
        const std::int64_t now = wall();
        with_store([&](store::Store& store) {
            store.write_now([&](WriteTxn& txn) {
                for (std::uint32_t number = 1; number <= messages; ++number) {
                    add(txn, number, base::Milliseconds(now));
                }
            });
        });
        machine_->start();
    }

    /// Whatever stood in the requests so far, by reference.
    [[nodiscard]] std::map<std::string, Seen> seen() const {
        std::map<std::string, Seen> all;
        std::ifstream file(folder_ / "requests");
        for (std::string line; std::getline(file, line) && line.ends_with('}');) {
            const auto request = nlohmann::json::parse(line);
            Seen& one = all[request["fields"][2][1].get<std::string>()];
            ++one.times;
            one.last = static_cast<std::int64_t>(request["at"].get<double>() * 1000);
        }
        return all;
    }
    [[nodiscard]] std::ptrdiff_t progress() const {
        const std::string text = std::filesystem::exists(folder_ / "requests")
                                     ? base::read_file(folder_ / "requests", 1U << 26U)
                                     : std::string();
        return std::count(text.begin(), text.end(), '\n');
    }

    /// After a few more messages. A channel that died often is left alone for a while, and then it is the daemon's
    /// turn.
    void kill_one() {
        const auto enough = progress() + std::uniform_int_distribution<std::ptrdiff_t>(0, 5)(random_);
        const bool works = eventually([&] { return progress() >= enough || progress() >= messages; }, patience_with_it);
        if (!works || std::bernoulli_distribution()(random_)) {
            machine_->kill();
            machine_->start();
        } else {
            machine_->plugins().signal("sms_http", SIGKILL);
        }
    }

    /// By reference, once the daemon has nothing more to do and has ended.
    [[nodiscard]] std::map<std::string, model::OutboxEntry> records_at_the_end() {
        bus::Connection connection = machine_->connect();
        EXPECT_TRUE(eventually([&] { return waiting(connection) == 0; }, until_all_are_done));
        (void)machine_->stop();
        return with_store([](store::Store& store) {
            return store.read([](const ReadTxn& txn) {
                std::map<std::string, model::OutboxEntry> all;
                OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                    all[message.reference] = message;
                    return true;
                });
                return all;
            });
        });
    }

    TempFolder folder_;
    Process gateway_;
    std::unique_ptr<Machine> machine_;
    std::mt19937 random_{std::random_device{}()};

private:
    static std::int64_t wall() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<base::Milliseconds>(now).count();
    }

    static void add(WriteTxn& txn, std::uint32_t number, base::Milliseconds now) {
        const model::Uid uid{first_uid + number};
        model::PublicAccount public_part;
        public_part.uid = uid;
        public_part.gid = uid.value;
        public_part.name = "person" + std::to_string(number);
        public_part.home = "/home/" + public_part.name;
        public_part.shell = "/bin/bash";
        store::AccountsTable::put(txn, public_part);
        store::AccountsTable::put(txn, uid, model::PrivateAccount{});
        model::OutboxEntry message;
        message.medium = model::Medium::sms;
        message.reference = reference_of(number);
        message.destination = txn.digest(store::DigestKind::phone, phone_of(number));
        message.account = uid;
        message.text = "one_time_code.sms";
        message.created = message.next = message.changed = now;
        // Every tenth has seconds, so that some expire while they wait.
        message.expires = now + base::Milliseconds(number % 10 == 0 ? 1000 + 20 * number : 3600'000);
        model::MessageContent letter;
        letter.destination = phone_of(number);
        letter.variables.push_back({"code", base::Secret(canary::answer)});
        letter.variables.push_back({"minutes", base::Secret("10")});
        OutboxTable::add(txn, message, letter);
    }

    /// One of each state but the final ones, as the helpdesk sees them.
    static std::size_t waiting(bus::Connection& connection) {
        std::size_t found = 0;
        for (const char* state : {"queued", "sending", "deferred"}) {
            const bus::Message question = connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1",
                                                                 "org.loquet.Auth1.Manager", "ListMessages");
            bus::Writer writer(question.get());
            writer.u64(0).u32(1);
            writer.array("{sv}", [&] { writer.entry("state", state); });
            const bus::Message answer = connection.call(question, base::Milliseconds(0));
            bus::Reader reader(answer.get());
            found += bus::read_rows(reader, 1).size();
        }
        return found;
    }
};

TEST_F(KilledChannels, T29_BringEachMessageToOneFinalStateAndCountWhatMayHaveArrivedTwice) {
    queue_messages();
    for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
        SCOPED_TRACE("kill " + std::to_string(kill));
        kill_one();
    }
    const auto records = records_at_the_end();
    const auto requests = seen();
    ASSERT_EQ(records.size(), messages);
    std::map<MessageState, int> states;
    std::uint32_t unknown = 0;
    std::uint32_t repeated = 0;
    for (const auto& [reference, message] : records) {
        ++states[message.state];
        EXPECT_TRUE(message.state == MessageState::sent || message.state == MessageState::expired)
            << reference << " is " << to_text(message.state) << ": " << message.why << ", " << message.said;
        unknown += message.unknown;
        const auto found = requests.find(reference);
        const std::uint32_t arrived = found == requests.end() ? 0 : found->second.times;
        const std::uint32_t yes = message.state == MessageState::sent ? 1 : 0;
        repeated += arrived > 1 ? arrived - 1 : 0;
        EXPECT_GE(arrived, yes) << reference << " is said to be sent";
        EXPECT_LE(arrived, yes + message.unknown) << reference << " arrived more often than its record admits";
        if (arrived > 0) {
            EXPECT_LT(found->second.last, message.expires.count() + on_the_wire) << reference << " was too late";
        }
    }
    EXPECT_EQ(states[MessageState::sent] + states[MessageState::expired], static_cast<int>(messages));
    EXPECT_GT(unknown, 0U) << "no kill fell between a handing on and its yes";
    std::cout << kills << " kills, " << states[MessageState::sent] << " sent, " << states[MessageState::expired]
              << " expired, " << repeated << " arrived again, " << unknown << " attempts of which nobody knows\n";
}

} // namespace
} // namespace loquet::tests
