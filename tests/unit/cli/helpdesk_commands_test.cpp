// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class AHelpdeskCommand : public testing::Test {
protected:
    AHelpdeskCommand() { service_.has_alice(); }

    void gives(const std::string& code) {
        service_.on("IssueCode", [code](bus::Call& call) {
            protocol::Answers answers;
            answers.emplace_back(code);
            const base::Fd sealed = protocol::seal_answers(answers);
            call.reply([&](bus::Writer& writer) { writer.fd(sealed.get()); });
        });
    }
    /// The code that the caller read; anything but this one is wrong.
    void expects(const std::string& right) {
        service_.on("VerifyCaller", [this](bus::Call& call) {
            bus::Reader reader = call.arguments();
            sent_by_ = reader.text(16);
            call.reply();
        });
        service_.on("ConfirmCaller", [this, right](bus::Call& call) {
            bus::Reader reader = call.arguments();
            const base::Fd memory = reader.fd();
            read_.emplace_back(protocol::open_answers(memory.get()).at(0).reveal());
            if (read_.back() != right) {
                call.fail(base::Error(base::Error::Kind::denied, "that is not the code"));
                return;
            }
            call.reply();
        });
    }
    void has_requests(std::uint64_t requests) {
        service_.on("ListActs", [requests](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                writer.array("a{sv}", [&] {
                    for (std::uint64_t number = 1; number <= requests + 1; ++number) {
                        writer.dictionary([&] {
                            writer.entry("number", number).entry("what", "factor-removed");
                            writer.entry("state", number <= requests ? "requested" : "done").entry("detail", "totp");
                            writer.entry("actor", 2000U).entry("actor_name", "paul\x1b[31m");
                            writer.entry("time", std::uint64_t{1}).entry("until", std::uint64_t{0});
                        });
                    }
                });
            });
        });
        service_.on("ApproveAct", [this](bus::Call& call) {
            bus::Reader reader = call.arguments();
            approved_.push_back(reader.u64());
            call.reply();
        });
    }

    FakeService service_;
    std::string sent_by_;
    std::vector<std::string> read_;
    std::vector<std::uint64_t> approved_;
};

TEST_F(AHelpdeskCommand, BONUS12_ResetByCodeShowsTheCodeInGroupsOfFourAndWhatToSay) {
    gives("12345678");
    const tests::Outcome outcome = service_.run({"account", "reset", "alice", "--by", "code"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output + outcome.errors,
                AllOf(HasSubstr("Code for alice: 1234 5678\n"), HasSubstr("in place of the password"),
                      HasSubstr("gets a notice")));
    const tests::Outcome program = service_.run({"--json", "account", "reset", "alice", "--by", "code"});
    EXPECT_EQ(json::parse(program.output).at("code"), "1234 5678");
}

TEST_F(AHelpdeskCommand, ResetByCodeSaysWhatToDoWhereItIsRefused) {
    service_.on("IssueCode", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::denied, "the caller is not verified: do this"));
    });
    const tests::Outcome outcome = service_.run({"account", "reset", "alice", "--by", "code"});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.errors, HasSubstr("the caller is not verified: do this"));
    EXPECT_THAT(outcome.output, IsEmpty());
}

TEST_F(AHelpdeskCommand, VerifyTakesTheCodeFromStandardInputWithoutATerminal) {
    expects("1234 5678");
    const tests::Outcome outcome = service_.run({"account", "verify", "alice", "--by", "sms"}, "1234 5678\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(sent_by_, "sms");
    EXPECT_THAT(read_, ElementsAre("1234 5678"));
    EXPECT_THAT(outcome.output, HasSubstr("The caller is verified as alice"));
}

TEST_F(AHelpdeskCommand, VerifyFailsForAWrongCodeAndForNone) {
    expects("1234 5678");
    const tests::Outcome wrong = service_.run({"account", "verify", "alice", "--by", "mail"}, "0000 0000\n");
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_THAT(wrong.errors, HasSubstr("that is not the code"));
    const tests::Outcome none = service_.run({"account", "verify", "alice", "--by", "mail"}, "\n");
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_THAT(none.errors, HasSubstr("not verified"));
    EXPECT_THAT(read_, ElementsAre("0000 0000"));
    EXPECT_EQ(service_.run({"account", "verify", "alice"}).exit_code, 2) << "to which address?";
    EXPECT_EQ(service_.run({"account", "verify", "alice", "--by", "code"}).exit_code, 2);
}

TEST_F(AHelpdeskCommand, ApproveSaysWhatIsAskedByWhomAndApprovesTheOneThatIsNamed) {
    has_requests(2);
    const tests::Outcome outcome = service_.run({"account", "approve", "alice", "--request", "2"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(approved_, ElementsAre(2U));
    EXPECT_THAT(outcome.output,
                StartsWith("Approved: paul\\x1b[31m (UID 2000) wants to remove the factor totp of alice."));
}

TEST_F(AHelpdeskCommand, ApproveSaysWhereNothingWaits) {
    has_requests(0);
    const tests::Outcome outcome = service_.run({"account", "approve", "alice"});
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_THAT(outcome.errors, HasSubstr("Nothing waits for a second person"));
    EXPECT_THAT(approved_, IsEmpty());
}

} // namespace
} // namespace loquet::cli
