// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P24 of the performance table: what a whole recovery costs, from the name to the new password and the login that
// goes on, less its one hash: time, and durable commits. recovery_bench MESSAGES [FOLDER]; the folder's disk is the one
// that is measured. The turns that are held back so that nobody can measure them are not (Attempt::level_reply).
#include "daemon/conversation/engine.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/random.h"
#include "lib/protocol/names.h"
#include "tests/bench/program.h"
#include "tests/bench/row.h"
#include "tests/support/loop_runner.h"
#include "tests/support/not_owned.h"

#include <stdlib.h> // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not C++

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::Rounds;
using bench::Row;
using conversation::Engine;
using protocol::Answers;

constexpr std::uint32_t people = 100;
constexpr int rounds = 7;
constexpr int recoveries = 10; ///< of a round
constexpr outbox::Budget endless{1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 100};

std::string name_of(std::uint32_t i) {
    return "person" + std::to_string(i);
}

class AllowsEverybody final : public plugins::LockoutClient {
public:
    base::Task<protocol::Judgement> judge(protocol::JudgeRequest request) override {
        protocol::Judgement judgement;
        judgement.verdict = protocol::Verdict::allow;
        judgement.counters = std::move(request.counters);
        co_return judgement;
    }
};

config::Config settings() {
    config::Config settings;
    settings.flows = {config::flow_of_steps(protocol::purpose::login, {"password", "expiry", "authorisation"}),
                      config::flow_of_steps(protocol::purpose::recover_password, {"ticket", "new_password"})};
    return settings;
}

/// A site in one process: a real store, engine, hasher and outbox; nobody carries the messages.
class Site {
public:
    Site(const std::string& folder, const std::string& messages)
        : store_({.folder = folder + "/store"},
                 store::MasterKey(base::Secret(std::string(store::MasterKey::size, 'k'))), loop_),
          texts_(messages::Catalogue::load({messages})) {
        store_.write_now([](store::WriteTxn& txn) {
            for (std::uint32_t i = 0; i < people; ++i) {
                model::PublicAccount account;
                account.uid = model::Uid{i};
                account.name = name_of(i);
                model::PrivateAccount private_part;
                private_part.mail = account.name + "@example.org";
                private_part.mail_confirmed = base::Milliseconds(1);
                private_part.authorisations = {"*"};
                store::AccountsTable::put(txn, account);
                store::AccountsTable::put(txn, account.uid, private_part);
                store::AccountsTable::put(txn, account.uid, model::Credential{});
            }
        });
    }

    void recover(std::uint32_t i) {
        conversation::Client client;
        client.sender = ":1.1";
        client.service = "login";
        client.seat = "seat0";
        const auto begun = run(engine_.begin(protocol::purpose::login, name_of(i), client, {}));
        for (const char* typed : {"", "", "1"}) {
            expect_question(say(*begun.dialog, {typed}));
        }
        expect_question(say(*begun.dialog, {newest_code()}));
        const std::string chosen = "kanari-" + std::to_string(++passwords_);
        if (!std::holds_alternative<protocol::Granted>(say(*begun.dialog, {chosen, chosen}))) {
            throw std::runtime_error("the recovery did not end in a login");
        }
    }
    void hash() { (void)run(hasher_.hash(base::Secret("kanari-" + std::to_string(++passwords_)), {})); }
    [[nodiscard]] std::uint64_t commits() const { return store_.statistics().commits; }

private:
    template <template <class> class Awaited, class T>
    T run(Awaited<T> awaited) {
        return tests::wait_for(loop_, std::move(awaited));
    }
    protocol::Turn say(conversation::DialogId dialog, std::initializer_list<std::string> texts) {
        Answers answers;
        for (const std::string& text : texts) {
            answers.emplace_back(text);
        }
        return run(engine_.answer(dialog, ":1.1", std::move(answers)));
    }
    static void expect_question(const protocol::Turn& turn) {
        if (!std::holds_alternative<protocol::Ask>(turn)) {
            throw std::runtime_error("the recovery ended early");
        }
    }
    [[nodiscard]] std::string newest_code() const {
        return store_.read([](const store::ReadTxn& txn) {
            std::string code;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                if (const auto content = store::OutboxTable::content(txn, number); content && message.code) {
                    for (const auto& variable : content->variables) {
                        code = variable.name == "code" ? std::string(variable.value.reveal()) : code;
                    }
                }
                return true;
            });
            return code;
        });
    }
    std::shared_ptr<const conversation::FlowSet> flows() {
        conversation::PluginClients clients;
        clients.lockout = tests::not_owned(lockout_);
        return std::make_shared<conversation::FlowSet>(
            conversation::FlowSet::Dependencies{store_, hasher_, clock_, texts_, tickets_, &outbox_}, settings(),
            std::move(clients));
    }

    bus::Loop loop_;
    base::SystemClock clock_;
    store::Store store_;
    model::SteadyTime steady_{base::Milliseconds(0), clock_};
    work::Hasher hasher_{loop_, work::HashingOptions{}};
    messages::Catalogue texts_;
    AllowsEverybody lockout_;
    outbox::Outbox outbox_{
        {.media = {model::Medium::mail}, .budgets = {endless, endless}, .alarm = {}}, steady_, clock_};
    recovery::Tickets tickets_{&outbox_, store_, steady_, clock_};
    Engine engine_{Engine::Dependencies{
        loop_, clock_, steady_, store_, texts_, tickets_, &outbox_, flows(), {}, base::Milliseconds(0)}};
    int passwords_ = 0;
};

void measure(Site& site) {
    Rounds took;
    Rounds hashes;
    Rounds commits;
    std::uint32_t who = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t before = site.commits();
        took.add(bench::microseconds([&] {
                     for (int i = 0; i < recoveries; ++i) {
                         site.recover(who++);
                     }
                 })
                 / recoveries / 1000);
        commits.add(static_cast<double>(site.commits() - before) / recoveries);
        hashes.add(bench::microseconds([&] {
                       for (int i = 0; i < recoveries; ++i) {
                           site.hash();
                       }
                   })
                   / recoveries / 1000);
    }
    Row{.row = "P24",
        .what = "recovery, less its hash",
        .unit = "ms",
        .figure = took - hashes,
        .target = bench::at_most(12)}
        .print();
    Row{.row = "P24",
        .what = "durable commits of a recovery",
        .unit = "",
        .figure = commits,
        .target = bench::at_most(6)}
        .print();
}

void measure_in(const bench::Words& words) {
    std::string folder = words.size() > 2 ? words[2] : std::filesystem::temp_directory_path().string();
    folder += "/bench-recovery-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        throw std::runtime_error("cannot make " + folder);
    }
    {
        Site site(folder, words.at(1));
        measure(site);
    }
    std::filesystem::remove_all(folder);
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, {{"recovery", measure_in}});
}
