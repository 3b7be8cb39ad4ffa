// SPDX-License-Identifier: LGPL-2.1-or-later
// A bus that goes away under a call: before it left nothing happened, afterwards it may have. On a real bus, with the
// program and the client's side of a dialog.
#include "cli/client.h"
#include "lib/base/error.h"
#include "lib/client/dialog_runner.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/canary.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

namespace loquet::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::Milliseconds long_enough = std::chrono::seconds(60);

class ACallOnALostBus : public testing::Test {
protected:
    [[nodiscard]] static protocol::Turn question() {
        using protocol::PromptRole;
        using protocol::PromptStyle;
        return protocol::Ask{{{PromptStyle::secret, "new_password", "New password:", PromptRole::new_password},
                              {PromptStyle::secret, "new_password_again", "Once more:", PromptRole::new_password}}};
    }
    void asks_for_a_new_password() {
        service_.on("Begin", [](bus::Call& call) {
            call.reply([](bus::Writer& writer) {
                writer.object_path("/org/loquet/Auth1/conversation/7");
                protocol::write_turn(writer, question());
            });
        });
        service_.on("Answer", [this](bus::Call& call) {
            ++answered_;
            service_.bus().stop();
            call.reply();
        });
        service_.on("Cancel", [](bus::Call& call) { call.reply(); });
    }
    /// Serves while `work` is done on a thread of its own.
    template <class Work>
    auto meanwhile(Work work) {
        auto working = std::async(std::launch::async, std::move(work));
        EXPECT_TRUE(service_.serve_until(
            [&] { return working.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
        return working.get();
    }
    [[nodiscard]] static protocol::Answers new_password() {
        protocol::Answers answers;
        answers.emplace_back(tests::canary::next_password);
        answers.emplace_back(tests::canary::next_password);
        return answers;
    }

    FakeService service_;
    int answered_ = 0;
};

std::string complaint_of(Client& client, const bus::Message& request) {
    try {
        (void)client.call(request);
    } catch (const base::Error& error) {
        EXPECT_EQ(error.kind(), base::Error::Kind::unavailable);
        return error.what();
    }
    return "";
}

TEST_F(ACallOnALostBus, SaysThatNothingWasDoneWhenItNeverLeft) {
    Client client(service_.address());
    const bus::Message request = client.request(alice_path, protocol::account_interface, "Lock");
    bus::Writer(request.get()).text("case 4711");
    service_.bus().stop();
    EXPECT_THAT(complaint_of(client, request), HasSubstr("Nothing was done"));
}

TEST_F(ACallOnALostBus, SaysThatItMayHaveBeenDoneWhenTheServiceHadIt) {
    service_.has_alice();
    bool locked = false;
    service_.on("Lock", [&](bus::Call& call) {
        locked = true;
        service_.bus().stop();
        call.reply();
    });
    const tests::Outcome outcome = service_.run({"account", "lock", "alice", "--reason", "case 4711"});
    EXPECT_TRUE(locked);
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("may have been done"));
    EXPECT_THAT(outcome.errors, Not(HasSubstr("Nothing was done")));
}

class AnAnswerOnALostBus : public ACallOnALostBus {
protected:
    AnAnswerOnALostBus() {
        asks_for_a_new_password();
        const auto begin = [&] { return connection_.begin("change-password", "alice", {}, nullptr); };
        EXPECT_TRUE(std::holds_alternative<protocol::Turn>(meanwhile(begin)));
    }
    [[nodiscard]] client::Failure failure_of_the_answer() {
        const client::Reply reply = meanwhile([&] { return connection_.answer(new_password()); });
        const auto* failure = std::get_if<client::Failure>(&reply);
        EXPECT_NE(failure, nullptr);
        return failure == nullptr ? client::Failure{} : *failure;
    }

    client::DialogConnection connection_{long_enough, service_.address()};
};

TEST_F(AnAnswerOnALostBus, IsKnownNotToHaveLeft) {
    service_.bus().stop();
    const client::Failure failure = failure_of_the_answer();
    EXPECT_EQ(failure.kind, client::FailureKind::gone);
    EXPECT_FALSE(failure.sent);
    EXPECT_EQ(answered_, 0);
}

TEST_F(AnAnswerOnALostBus, IsKnownToHaveLeft) {
    const client::Failure failure = failure_of_the_answer();
    EXPECT_EQ(failure.kind, client::FailureKind::gone);
    EXPECT_TRUE(failure.sent);
    EXPECT_EQ(answered_, 1);
}

/// Types a new password; the bus goes away before it is sent.
class UnluckyPerson final : public client::Screen {
public:
    explicit UnluckyPerson(FakeService& service) : service_(service) {}
    [[nodiscard]] std::variant<protocol::Answers, client::Aborted>
    ask(const std::vector<protocol::Prompt>& /*prompts*/) const override {
        service_.bus().stop();
        protocol::Answers answers;
        answers.emplace_back(tests::canary::next_password);
        answers.emplace_back(tests::canary::next_password);
        return answers;
    }
    void show(protocol::PromptStyle /*style*/, const std::vector<std::string>& /*texts*/) const override {}

private:
    FakeService& service_;
};

// What left may be the password by now; what did not leave is not, and may be begun again.
TEST_F(ACallOnALostBus, BeginsADialogAgainWhenTheNewPasswordDidNotLeave) {
    asks_for_a_new_password();
    client::DialogConnection connection(long_enough, service_.address());
    const UnluckyPerson person(service_);
    client::DialogRequest request;
    request.purpose = "change-password";
    request.account = "alice";
    client::TypedSecrets typed;
    const client::DialogResult result =
        meanwhile([&] { return client::DialogRunner(connection, person, request, typed).run(); });
    const auto* failure = std::get_if<client::Failure>(&result);
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(failure->kind, client::FailureKind::unavailable) << "of the second Begin, on no bus";
    EXPECT_FALSE(failure->sent);
    EXPECT_EQ(answered_, 0);
}

} // namespace
} // namespace loquet::cli
