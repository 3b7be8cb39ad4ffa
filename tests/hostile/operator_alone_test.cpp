// SPDX-License-Identifier: LGPL-2.1-or-later
// One operator alone against an account whose mailbox is the owner's: each sequence of two acts that the helpdesk has
// on the bus, on an account of its own, through the whole daemon (LOQUET_ACTS: of so many). A code that the operator
// got to see, or guessed, opens none. Sequences of four: tests/unit/daemon/api/operator_model_test.cpp.
#include "lib/base/limits.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/hostile/dialogs.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace loquet::tests {
namespace {

using testing::IsEmpty;
using testing::Not;

constexpr const char* mail_alone = "[outbox]\nmail = [\"file\"]\n[outbox.mail_budget]\naccount = 1000000\n"
                                   "destination = 1000000\nplace = 1000000\nsite = 1000000\n"
                                   "[plugins.file]\nkind = \"channel\"\n[helpdesk]\nprivileged_groups = []\n";
constexpr const char* trusting = "accept_unverified_callers = true\n";

constexpr std::array acts{"IssueCode",
                          "StartReset",
                          "StartReset by mail",
                          "StartReset by sms",
                          "VerifyCaller",
                          "ConfirmCaller",
                          "ApproveAct",
                          "ConfirmAddresses",
                          "RemoveFactor",
                          "Lock",
                          "Unlock",
                          "Disable",
                          "Enable",
                          "Authorise"};
constexpr std::size_t operators =
    4; ///< users that each Debian has, each on accounts of their own; polkit is asked so much of one user at once
constexpr std::size_t at_once = limits::polkit_questions_per_uid - 4;

using Sequence = std::vector<std::size_t>;

std::string in_words(const Sequence& sequence) {
    std::string text;
    for (const std::size_t act : sequence) {
        text += (text.empty() ? "" : ", ") + std::string(acts.at(act));
    }
    return text;
}

/// The sequence of that number, of so many acts.
Sequence sequence_of(std::size_t number, std::size_t length) {
    Sequence sequence;
    for (std::size_t i = 0; i < length; ++i) {
        sequence.push_back(number % acts.size());
        number /= acts.size();
    }
    return sequence;
}

class AnOperatorAlone : public CallersTest {
protected:
    struct Victim {
        std::string name;
        std::string path;
    };

    AnOperatorAlone() : polkit_(machine_.bus().address()) {
        polkit_.allow({"org.loquet.auth1.read-accounts", "org.loquet.auth1.manage-accounts", "org.loquet.auth1.unlock",
                       "org.loquet.auth1.start-reset", "org.loquet.auth1.remove-factor",
                       "org.loquet.auth1.approve-privileged"});
        for (std::size_t i = 0; i < operators; ++i) {
            operators_.push_back(std::make_unique<bus::Connection>(connect_as(1 + static_cast<std::uint32_t>(i))));
            operators_.back()->attach(loop_);
        }
        root_.attach(loop_);
    }

    /// What the machine is configured to, from here on.
    void configure(const std::string& configuration) {
        machine_.configure(configuration);
        machine_.restart();
    }

    /// The sequences of so many acts after which somebody is asked for a new password, for a code that the operator
    /// saw.
    std::vector<std::string> that_open(std::size_t length) {
        taken_over_.clear();
        std::size_t all = 1;
        for (std::size_t i = 0; i < length; ++i) {
            all *= acts.size();
        }
        std::vector<std::size_t> running(operators);
        base::TaskGroup tasks([](const std::exception_ptr& failure) { std::rethrow_exception(failure); });
        for (std::size_t number = 0; number < all;) {
            for (std::size_t who = 0; who < operators && number < all; ++who) {
                while (running.at(who) < at_once && number < all) {
                    ++running.at(who);
                    tasks.spawn(play(sequence_of(number++, length), who, running.at(who)));
                }
            }
            EXPECT_TRUE(eventually(
                loop_, [&] { return std::ranges::any_of(running, [](std::size_t each) { return each < at_once; }); }));
        }
        EXPECT_TRUE(eventually(loop_, [&] { return tasks.active() == 0; }));
        played_ += all;
        return taken_over_;
    }

    std::size_t played_ = 0;

private:
    base::Task<void> play(Sequence sequence, std::size_t who, std::size_t& running) {
        auto making = new_account();
        const Victim victim = co_await making;
        std::vector<base::Secret> seen;
        for (const std::size_t act : sequence) {
            auto acting = do_act(*operators_.at(who), victim, acts.at(act), seen);
            co_await acting;
        }
        for (const base::Secret& code : seen) {
            auto trying = opens(victim, code);
            if (co_await trying) {
                taken_over_.push_back(in_words(sequence));
                break;
            }
        }
        --running;
    }

    base::Task<Victim> new_account() {
        Victim victim;
        victim.name = "victim" + std::to_string(++victims_);
        bus::Message request =
            root_.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "CreateAccount");
        bus::Writer writer(request.get());
        writer.array("{sv}", [&] {
            writer.entry("name", victim.name).entry("mail", victim.name + "@example.org").entry("confirmed", true);
        });
        auto asking = root_.call_async(std::move(request), call_timeout);
        const bus::Message reply = co_await asking;
        victim.path = bus::Reader(reply.get()).object_path();
        co_return victim;
    }

    /// What is refused has no effect; what the operator gets to see stays in `seen`.
    base::Task<void> do_act(bus::Connection& connection, const Victim& victim, std::string_view act,
                            std::vector<base::Secret>& seen) {
        const std::string_view member = act.substr(0, act.find(' '));
        bus::Message request = connection.method_call(protocol::bus_name, victim.path.c_str(),
                                                      protocol::account_interface, std::string(member).c_str());
        bus::Writer writer(request.get());
        const base::Fd guess = sealed("0000 0000");
        if (member == "StartReset") {
            writer.array("{sv}", [&] {
                if (act != member) {
                    writer.entry("by", std::string(act.substr(act.rfind(' ') + 1)));
                }
            });
        } else if (member == "VerifyCaller") {
            writer.text("mail");
        } else if (member == "ConfirmCaller") {
            writer.fd(guess.get());
        } else if (member == "RemoveFactor") {
            writer.text("totp").text("a test asked for it");
        } else if (member == "Lock" || member == "Disable") {
            writer.text("a test asked for it");
        } else if (member == "Authorise") {
            writer.text("login");
        } else if (member == "ApproveAct") {
            auto listing = newest_request(connection, victim);
            writer.u64(co_await listing);
        }
        try {
            auto asking = connection.call_async(std::move(request), call_timeout);
            const bus::Message reply = co_await asking;
            if (member == "IssueCode") {
                const base::Fd memory = bus::Reader(reply.get()).fd();
                protocol::Answers answers = protocol::open_answers(memory.get());
                seen.push_back(std::move(answers.at(0)));
            }
        } catch (const base::Error& error) {
            EXPECT_NE(error.kind(), base::Error::Kind::internal) << act << ": " << error.what();
            EXPECT_NE(error.kind(), base::Error::Kind::busy) << act << ": " << error.what();
            EXPECT_NE(error.kind(), base::Error::Kind::unavailable) << act << ": " << error.what();
        }
    }

    base::Task<std::uint64_t> newest_request(bus::Connection& connection, const Victim& victim) {
        bus::Message request =
            connection.method_call(protocol::bus_name, victim.path.c_str(), protocol::account_interface, "ListActs");
        auto asking = connection.call_async(std::move(request), call_timeout);
        const bus::Message reply = co_await asking;
        bus::Reader reader(reply.get());
        std::uint64_t newest = 1;
        for (const bus::Row& row : bus::read_rows(reader, limits::acts_per_account)) {
            newest = row.text("state") == "requested" ? row.number("number") : newest;
        }
        co_return newest;
    }

    /// At the login's first prompt, in place of the password.
    base::Task<bool> opens(const Victim& victim, const base::Secret& code) {
        auto beginning = begin_async(root_, Guess{victim.name, {}});
        const BegunDialog dialog = co_await beginning;
        auto answering = answer_async(root_, dialog.path, code.reveal());
        const protocol::Turn turn = co_await answering;
        co_return !std::holds_alternative<protocol::Denied>(turn);
    }

    static base::Fd sealed(std::string_view code) {
        protocol::Answers answers;
        answers.emplace_back(code);
        return protocol::seal_answers(answers);
    }

    FakePolkit polkit_;
    bus::Loop loop_;
    bus::Connection root_ = machine_.connect();
    std::vector<std::unique_ptr<bus::Connection>> operators_;
    std::vector<std::string> taken_over_;
    std::size_t victims_ = 0;
};

TEST_F(AnOperatorAlone, T26_OpensNoAccountByAnySequenceOfTwoActsOnTheBus) {
    configure(mail_alone);
    const char* const wanted = std::getenv("LOQUET_ACTS");
    const std::size_t longest = wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 2;
    for (std::size_t length = 1; length <= longest; ++length) {
        EXPECT_THAT(that_open(length), IsEmpty());
    }
    EXPECT_GE(played_, acts.size());
}

TEST_F(AnOperatorAlone, T26_OpensAccountsOnTheBusWhereCallersAreBelieved) {
    configure(std::string(mail_alone) + trusting);
    EXPECT_THAT(that_open(1), testing::ElementsAre("IssueCode")) << "the test would notice";
    EXPECT_THAT(that_open(2), testing::Contains("IssueCode, IssueCode"));
}

} // namespace
} // namespace loquet::tests
