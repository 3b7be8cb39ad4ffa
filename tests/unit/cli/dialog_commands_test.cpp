// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/unit/cli/fake_service.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pty.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <deque>

namespace loquet::cli {
namespace {

using nlohmann::json;
using protocol::Prompt;
using protocol::PromptStyle;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tests::canary::next_password;
using tests::canary::password;

const std::string conversation_path = "/org/loquet/Auth1/conversation/7";

/// A service that says the turns of a script, one a call, and keeps what it was answered.
class ADialog : public testing::Test {
protected:
    void says(std::deque<protocol::Turn> script) {
        script_ = std::move(script);
        service_.on("Begin", [this](bus::Call& call) {
            bus::Reader reader = call.arguments();
            begun_.emplace_back(reader.text(64));
            begun_.emplace_back(reader.text(64));
            reader.dictionary(8, [&](const std::string& key, std::string_view signature) {
                client_[key] = signature == "u" ? std::to_string(reader.u32())
                                                : std::string(reader.text(limits::client_field_bytes));
                return true;
            });
            next(call, true);
        });
        service_.on("Answer", [this](bus::Call& call) {
            const base::Fd fd = call.arguments().fd();
            answered_.emplace_back();
            for (const base::Secret& answer : protocol::open_answers(fd.get())) {
                answered_.back().emplace_back(answer.reveal());
            }
            next(call, false);
        });
        service_.on("Cancel", [](bus::Call& call) { call.reply(); });
    }
    void next(bus::Call& call, bool with_path) {
        ASSERT_FALSE(script_.empty());
        const protocol::Turn turn = std::move(script_.front());
        script_.pop_front();
        call.reply([&](bus::Writer& writer) {
            if (with_path) {
                writer.object_path(conversation_path);
            }
            protocol::write_turn(writer, turn);
        });
    }

    static protocol::Turn ask(std::vector<Prompt> prompts) { return protocol::Ask{std::move(prompts)}; }
    static Prompt secret(const char* name, const char* text) {
        using protocol::PromptRole;
        const std::string_view said(name);
        const PromptRole role = said == "password"                 ? PromptRole::current_password
                                : said.starts_with("new_password") ? PromptRole::new_password
                                                                   : PromptRole::other;
        return {PromptStyle::secret, name, text, role};
    }

    FakeService service_;
    std::deque<protocol::Turn> script_;
    std::vector<std::string> begun_;
    std::map<std::string, std::string> client_;
    std::vector<std::vector<std::string>> answered_;
};

class ALoginTrial : public ADialog {};

TEST_F(ALoginTrial, SaysWhatPamWouldBeTold) {
    says({ask({{PromptStyle::info, "hint", "Bonjour"}, secret("password", "Password:")}),
          ask({{PromptStyle::visible, "code", "3 + 4 ="}}),
          protocol::Granted{"alice", protocol::Reason::new_password_required, {"Choose a new one"}}});
    const tests::Outcome outcome =
        service_.run({"--json", "try-login", "Nobody's-Name", "--service", "sshd", "--password-fd", "0"},
                     std::string(password) + "\n7\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const json said = json::parse(outcome.output);
    EXPECT_EQ(said.at("authentication"), "PAM_SUCCESS");
    EXPECT_EQ(said.at("account_phase"), "PAM_NEW_AUTHTOK_REQD");
    EXPECT_EQ(said.at("account"), "alice");
    EXPECT_EQ(said.at("messages"), json({"Choose a new one"}));
    EXPECT_THAT(begun_, ElementsAre("login", "Nobody's-Name"));
    EXPECT_EQ(client_.at("service"), "sshd");
    EXPECT_EQ(client_.at("locale"), "fr_FR.UTF-8");
    EXPECT_FALSE(client_.contains("uid")) << "nobody on this machine has the name";
    EXPECT_THAT(answered_, ElementsAre(ElementsAre(std::string(password)), ElementsAre("7")));
    EXPECT_THAT(outcome.errors, HasSubstr("Bonjour"));
}

TEST_F(ALoginTrial, SaysWhyNot) {
    says({ask({secret("password", "Password:")}),
          protocol::Denied{protocol::Reason::locked, std::chrono::seconds(1200), {"Locked for 20 minutes"}}});
    const tests::Outcome outcome = service_.run({"try-login", "alice", "--password-fd", "0"}, "wrong\n");
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.output, HasSubstr("PAM_MAXTRIES"));
    EXPECT_THAT(outcome.output, HasSubstr("Locked for 20 minutes"));
    EXPECT_THAT(outcome.output, HasSubstr("1200"));
}

TEST_F(ALoginTrial, SaysThatADialogEndedWithoutALogin) {
    says({ask({secret("password", "Password:")}), protocol::Done{{"A message is on its way."}, "Press Enter: "}});
    const tests::Outcome outcome =
        service_.run({"--json", "try-login", "alice", "--password-fd", "0"}, std::string(password) + "\n");
    EXPECT_EQ(outcome.exit_code, 3) << outcome.errors;
    const json said = json::parse(outcome.output);
    EXPECT_EQ(said.at("authentication"), "PAM_MAXTRIES");
    EXPECT_EQ(said.at("reason"), "done");
    EXPECT_EQ(said.at("account"), nullptr);
    EXPECT_EQ(said.at("messages"), json({"A message is on its way."}));
}

TEST_F(ALoginTrial, WaitsAsLongAsItIsAskedTo) {
    says({ask({secret("password", "Password:")}), protocol::Wait{"Accept on your telephone", base::Milliseconds(100)},
          protocol::Wait{"Accept on your telephone", base::Milliseconds(100)}, protocol::Granted{"alice", {}, {}}});
    const tests::Outcome outcome = service_.run({"try-login", "alice", "--password-fd", "0"}, "right\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.errors, "Accept on your telephone\n") << "said once, however often it is polled";
    EXPECT_THAT(answered_, ElementsAre(ElementsAre("right"), ElementsAre(), ElementsAre()));
}

TEST_F(ALoginTrial, SaysToWhomANameBelongs) {
    says({protocol::Granted{"root", {}, {}}});
    EXPECT_EQ(service_.run({"try-login", "root", "--password-fd", "0"}, "x\n").exit_code, 0);
    EXPECT_EQ(client_.at("uid"), "0");
    service_.on("Begin", [](bus::Call& call) {
        call.fail(
            base::Error(base::Error::Kind::not_found, "this is not an account of Loquet, or you may not act for it"));
    });
    const tests::Outcome outcome = service_.run({"--json", "try-login", "root", "--password-fd", "0"}, "x\n");
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_EQ(json::parse(outcome.output).at("authentication"), "PAM_USER_UNKNOWN");
}

TEST_F(ALoginTrial, CancelsTheDialogThatItCannotGoOnWith) {
    says({ask({secret("password", "Password:")}), ask({secret("code", "Code:")})});
    const tests::Outcome outcome = service_.run({"try-login", "alice", "--password-fd", "0"}, "right\n");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("Code:"));
    // Nobody waits for the answer of a Cancel: the program may have ended before the service has read it.
    EXPECT_TRUE(tests::eventually([&] { return service_.called().size() == 3; }));
    EXPECT_THAT(service_.called(), ElementsAre("Begin", "Answer", "Cancel"));
}

class APasswordChange : public ADialog {};

TEST_F(APasswordChange, WorksWithoutATerminal) {
    says({ask({secret("password", "Current:")}),
          ask({secret("new_password", "New:"), secret("new_password_again", "Again:")}), protocol::Done{}});
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"},
                                                std::string(password) + "\n" + std::string(next_password) + "\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "The password of alice was changed.\n");
    EXPECT_THAT(begun_, ElementsAre("change-password", "alice"));
    EXPECT_THAT(answered_, ElementsAre(ElementsAre(std::string(password)),
                                       ElementsAre(std::string(next_password), std::string(next_password))));
}

TEST_F(APasswordChange, SaysWhatTheServiceHasToSayOfIt) {
    says({ask({secret("new_password", "New:")}), protocol::Done{{"The account stays locked."}, "Press Enter: "}});
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"}, "long enough\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "The password of alice was changed.\nThe account stays locked.\n");
}

TEST_F(APasswordChange, TakesNoLoginForIt) {
    says({ask({secret("new_password", "New:")}), protocol::Granted{"alice", {}, {}}});
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"}, "long enough\n");
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr("not asked for"));
}

TEST_F(APasswordChange, IsOfTheCallersAccountUnlessANameIsGiven) {
    says({protocol::Done{}});
    EXPECT_EQ(service_.run({"passwd", "--password-fd", "0"}, "x\n").exit_code, 0);
    EXPECT_THAT(begun_, ElementsAre("change-password", ::getpwuid(::getuid())->pw_name));
    EXPECT_EQ(client_.at("uid"), std::to_string(::getuid()));
}

TEST_F(APasswordChange, SaysWhichRuleIsNotMetAndDoesNotTryTheSameAgain) {
    says({ask({secret("new_password", "New:")}),
          ask({{PromptStyle::error, "rules", "At least 15 characters"}, secret("new_password", "New:")})});
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"}, "short\n");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("At least 15 characters"));
    EXPECT_EQ(answered_.size(), 1U);
}

TEST_F(APasswordChange, SaysThatItsDialogIsOverWhereTheServiceWasRestartedMeanwhile) {
    says({ask({secret("new_password", "New:")})});
    service_.on("Answer", [](bus::Call& call) {
        call.fail(
            base::Error(base::Error::Kind::not_found, "there is no such dialog: it ended, or is somebody else's"));
    });
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"}, "long enough\n");
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("begin again"));
}

TEST_F(APasswordChange, IsDeniedWithTheServicesWords) {
    says({ask({secret("password", "Current:")}),
          protocol::Denied{protocol::Reason::refused, std::chrono::seconds(0), {"Not right"}}});
    const tests::Outcome outcome = service_.run({"passwd", "alice", "--password-fd", "0"}, "a\nb\n");
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_EQ(outcome.errors, "loquetctl: Not right\n");
}

TEST_F(APasswordChange, AsksOnTheTerminalAndShowsNoPassword) {
    says({ask({secret("password", "Current password:")}), ask({secret("new_password", "New password:")}),
          protocol::Done{}});
    const std::string program = loquetctl_program();
    int master = -1;
    const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::execl(program.c_str(), program.c_str(), "--bus", service_.address().c_str(), "passwd", "alice", nullptr);
        ::_exit(127);
    }
    const base::Fd screen_fd(master);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    std::string screen;
    const auto shows = [&](const std::string& text) {
        return service_.serve_until([&] {
            std::array<char, 4096> buffer{};
            const ssize_t got = ::read(master, buffer.data(), buffer.size());
            screen.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            return screen.find(text) != std::string::npos;
        });
    };
    ASSERT_TRUE(shows("Current password: ")) << screen;
    base::write_all(master, std::string(password) + "\n");
    ASSERT_TRUE(shows("New password: ")) << screen;
    base::write_all(master, std::string(next_password) + "\n");
    ASSERT_TRUE(shows("was changed.")) << screen;
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_THAT(tests::find_canaries(screen), testing::IsEmpty());
    EXPECT_THAT(answered_, ElementsAre(ElementsAre(std::string(password)), ElementsAre(std::string(next_password))));
    EXPECT_TRUE(client_.at("tty").starts_with("/dev/pts/"));
}

TEST_F(ADialog, ThatNeedsATerminalSaysWhatToDoWhereThereIsNone) {
    const auto without_terminal = [&](const char* verb) {
        return tests::run(
            {{"setsid", "--wait", loquetctl_program(), "--bus", service_.address(), verb, "alice"}, {}, {}});
    };
    const tests::Outcome enrol = without_terminal("enrol");
    EXPECT_EQ(enrol.exit_code, 2);
    EXPECT_THAT(enrol.errors, AllOf(HasSubstr("Run 'loquetctl enrol' at one; over ssh, with 'ssh -t'"),
                                    Not(HasSubstr("--password-fd"))))
        << "enrol has no such option";
    EXPECT_THAT(without_terminal("passwd").errors, HasSubstr("--password-fd"));
    EXPECT_THAT(without_terminal("try-login").errors, HasSubstr("--password-fd"));
}

} // namespace
} // namespace loquet::cli
