// SPDX-License-Identifier: LGPL-2.1-or-later
// `flow list` and `flow show` with the built daemon, and with stand-ins that misbehave.
#include "lib/base/file.h"
#include "paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> lines_in(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

class AFlowCommand : public testing::Test {
protected:
    AFlowCommand() {
        std::filesystem::copy_file(loquetctl_program(), folder_ / "loquetctl");
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
        install_daemon("exec '" LOQUET_BINARY_DIR "/daemon/loquetd' \"$@\"");
    }
    void install_daemon(const std::string& script) const {
        base::replace_file(folder_ / "loquetd", "#!/bin/sh\n" + script + "\n", 0755);
    }
    [[nodiscard]] tests::Outcome run(std::vector<std::string> arguments, const std::string& configuration = "") const {
        base::replace_file(folder_ / "loquet.toml", configuration, 0644);
        arguments.insert(arguments.begin(), folder_ / "loquetctl");
        arguments.insert(arguments.end(),
                         {"--config", folder_ / "loquet.toml", "--profiles", LOQUET_SOURCE_DIR "/etc/profiles"});
        return tests::run({arguments, {}, {}});
    }
    [[nodiscard]] std::string shown(const std::string& flow, const std::string& configuration = "") const {
        const tests::Outcome outcome = run({"flow", "show", flow}, configuration);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
        EXPECT_EQ(outcome.errors, "");
        return outcome.output;
    }
    tests::TempFolder folder_;
};

constexpr const char* weak_recovery = "[flow.recover-password]\nsteps = ['ticket_mail', 'new_password']\n"
                                      "accept_weaker_than_login = true\n"
                                      "[flow.login.service.sudo]\nsteps = ['password', 'totp']\n";

TEST_F(AFlowCommand, ListsEachFlowWithItsStepsAndItsStrengthWithoutTheService) {
    const tests::Outcome outcome = run({"flow", "list"}, weak_recovery);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const std::vector<std::string> lines = lines_in(outcome.output);
    ASSERT_THAT(lines, SizeIs(10));
    EXPECT_THAT(lines[0],
                AllOf(StartsWith("PURPOSE"), HasSubstr("SERVICE"), HasSubstr("METHODS"), HasSubstr("WEAKER")));
    EXPECT_THAT(lines,
                testing::Contains(testing::MatchesRegex("login +any +one or two +no +"
                                                        "password, .totp or recovery_codes., expiry, authorisation")));
    EXPECT_THAT(lines, testing::Contains(testing::MatchesRegex("login +sudo +two +no +password, totp")));
    EXPECT_THAT(lines, testing::Contains(testing::MatchesRegex("unlock-screen +any +one +yes +password")));
    EXPECT_THAT(lines, testing::Contains(
                           testing::MatchesRegex("recover-password +any +one +accepted +ticket_mail, new_password")));
}

TEST_F(AFlowCommand, ListsThePurposesInOneOrderWhateverTheFilesHave) {
    const auto purposes = [&](const std::string& configuration) {
        std::vector<std::string> names;
        for (const json& flow : json::parse(run({"--json", "flow", "list"}, configuration).output)) {
            names.push_back(flow.at("name"));
        }
        return names;
    };
    EXPECT_THAT(purposes("profile = 'bonuseco'\n"),
                testing::ElementsAre("login", "unlock-screen", "change-password", "first-login", "manage-secrets"));
    EXPECT_THAT(purposes("[flow.recover-password]\nsteps = ['ticket', 'totp', 'new_password']\n"
                         "[flow.login.service.sudo]\nsteps = ['password']\n[flow.login]\nsteps = ['password']\n"),
                testing::ElementsAre("login", "login.service.sudo", "unlock-screen", "change-password", "first-login",
                                     "manage-secrets", "recover-password", "recover-name", "change-address"));
}

TEST_F(AFlowCommand, ShowsAVerdictFirstAndThenStepsStrengthAndWhatStandsAgainstIt) {
    EXPECT_EQ(shown("recover-password", weak_recovery),
              "weaker than login for people with factors: mailbox alone, accepted by\n"
              "accept_weaker_than_login\n"
              "\n"
              "Steps of flow.recover-password:\n"
              "  1. ticket_mail: a code that is sent by mail (mailbox)\n"
              "  2. new_password: a new one, typed twice\n"
              "\n"
              "Proved at least             here          at a login\n"
              "  by people without factors one method    one method\n"
              "  by people with factors    one method    two methods\n"
              "\n"
              "Against it:\n"
              "  NIST SP 800-63B-4, 4.2.2.2; ASVS 5.0, 6.4.3 (level 2):\n"
              "    A recovery proves less than the login that it opens. Ask for a factor too:\n"
              "    { any = [\"totp\", \"recovery_codes\"], at_least = 0 }, or 1 where a login\n"
              "    does.\n"
              "  ASVS 5.0, 6.5.5 (level 2):\n"
              "    A code that is sent by mail can be typed for more than 10 minutes. Use\n"
              "    ticket_sms, or accept it: mail is slower than that.\n"
              "  NIST SP 800-63B-4, 4.6; ASVS 5.0, 6.3.7 (level 3):\n"
              "    Nobody is told that their password or factor was changed: no channel sends\n"
              "    it. Name a channel in [outbox], as in mail = [\"smtp\"].\n"
              "\n"
              "It can be begun at login, lightdm, greetd.\n"
              "\n"
              "No channel sends its messages, so nobody gets through: name one in [outbox].\n");
}

TEST_F(AFlowCommand, FindsAFlowByItsNameWithAServiceOrAsItStandsInTheFile) {
    EXPECT_THAT(shown("login.service.sudo", weak_recovery), StartsWith("at least as strong as login\n"));
    EXPECT_EQ(shown("flow.login.service.sudo", weak_recovery), shown("login.service.sudo", weak_recovery));
    EXPECT_THAT(shown("login"), StartsWith("the login: one method, and two methods from people with factors\n"));
}

// Where nothing stands against it, a flow is read at a glance.
TEST_F(AFlowCommand, FitsAPageOfATerminalWithEachFlowOfEachProfileThatNothingStandsAgainst) {
    int without_findings = 0;
    for (const char* profile : {"default", "apart", "portail", "net-entreprises", "apicil", "bonuseco"}) {
        const std::string configuration =
            "profile = '" + std::string(profile) + "'\n[plugins.smtp]\nkind = 'channel'\n[outbox]\nmail = ['smtp']\n";
        const tests::Outcome list = run({"--json", "flow", "list"}, configuration);
        ASSERT_EQ(list.exit_code, 0) << list.output;
        for (const json& flow : json::parse(list.output)) {
            const std::vector<std::string> lines = lines_in(shown(flow.at("name"), configuration));
            EXPECT_THAT(lines,
                        Each(testing::ResultOf([](const std::string& line) { return line.size(); }, testing::Le(79U))))
                << profile << ' ' << flow.at("name");
            EXPECT_EQ(std::count(lines.begin(), lines.end(), "Nothing against it."), flow.at("against").empty());
            if (flow.at("against").empty()) {
                EXPECT_LE(lines.size(), 23U) << profile << ' ' << flow.at("name");
                ++without_findings;
            }
        }
    }
    EXPECT_GE(without_findings, 12);
}

TEST_F(AFlowCommand, GivesProgramsWhatTheDaemonSays) {
    const tests::Outcome list = run({"--json", "flow", "list"}, weak_recovery);
    const json flows = json::parse(list.output);
    ASSERT_THAT(flows, SizeIs(9));
    const std::vector<std::string> lines = lines_in(list.output);
    EXPECT_THAT(lines, SizeIs(11)) << "an object a line";
    const json one = json::parse(run({"--json", "flow", "show", "recover-password"}, weak_recovery).output);
    EXPECT_TRUE(std::find(flows.begin(), flows.end(), one) != flows.end());
    EXPECT_EQ(one.at("verdict"),
              "weaker than login for people with factors: mailbox alone, accepted by accept_weaker_than_login");
    EXPECT_EQ(one.at("weaker_than_login"), true);
    EXPECT_EQ(one.at("steps").at(0), json::parse(R"({"steps":["ticket_mail"],
        "words":"ticket_mail: a code that is sent by mail","proves":["mailbox"]})"));
    EXPECT_EQ(one.at("against").at(0).at("rule"), "recovery-by-less");
    EXPECT_EQ(one.at("against").at(0).at("clauses").at(0), "NIST SP 800-63B-4, 4.2.2.2");
}

/// `loquetctl config check` shows what this says.
TEST_F(AFlowCommand, StandsBesideACheckThatComplainsOfNamesOfTheMenuThatSomebodyHas) {
    base::replace_file(folder_ / "loquet.toml", "self_service.names = { root = 'en', nobody-has-this-name = 'fr' }\n",
                       0644);
    const tests::Outcome outcome =
        tests::run({{folder_ / "loquetd", "--check", "--messages", LOQUET_SOURCE_DIR "/etc/messages", "--config",
                     folder_ / "loquet.toml", "--profiles", LOQUET_SOURCE_DIR "/etc/profiles"},
                    {},
                    {}});
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_THAT(outcome.errors, HasSubstr("self_service.names: a user \"root\" exists"));
    EXPECT_THAT(outcome.errors, Not(HasSubstr("nobody-has-this-name")));
}

TEST_F(AFlowCommand, SaysEachMistakeOfTheConfigurationLikeItsCheck) {
    const std::string of_keys = "log.level = 7\nprofil = 'apart'\n";
    const std::string of_flows = "[flow.recover-password]\nsteps = ['ticket', 'new_password']\n";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"flow", "list"}, {"flow", "show", "login"}}) {
        const tests::Outcome outcome = run(words, of_keys);
        EXPECT_EQ(outcome.exit_code, 1) << words[1];
        EXPECT_THAT(lines_in(outcome.output),
                    testing::ElementsAre(HasSubstr("/loquet.toml:1:13: log.level: accepted is one of"),
                                         HasSubstr("/loquet.toml:2:1: unknown key profil")));
        EXPECT_EQ(outcome.output,
                  run({"config", "check", "--messages", LOQUET_SOURCE_DIR "/etc/messages"}, of_keys).output);
        EXPECT_THAT(lines_in(run(words, of_flows).output),
                    testing::ElementsAre(HasSubstr("flow.recover-password: it proves less than flow.login")));
        std::vector<std::string> for_programs{"--json"};
        for_programs.insert(for_programs.end(), words.begin(), words.end());
        const json told = json::parse(run(for_programs, of_keys).output);
        EXPECT_EQ(told.at("ok"), false);
        EXPECT_THAT(told.at("messages"), SizeIs(2));
    }
}

TEST_F(AFlowCommand, NamesTheFlowsThereAreWhereThereIsNoneOfThatName) {
    for (const char* name : {"sudo", "login.service.sudo", "self-service", "", "login."}) {
        const tests::Outcome outcome = run({"flow", "show", name});
        EXPECT_EQ(outcome.exit_code, 4) << name;
        EXPECT_EQ(outcome.output, "");
        EXPECT_THAT(outcome.errors,
                    HasSubstr(std::string("There is no flow '") + name
                              + "'; there are login, unlock-screen, change-password, first-login, manage-secrets, "
                                "recover-password, recover-name, change-address."));
    }
}

TEST_F(AFlowCommand, ReadsTheFlowsOfManyServices) {
    std::string text;
    for (int i = 0; i < 500; ++i) {
        text += "[flow.login.service.service_" + std::to_string(i) + "]\nsteps = ['password', 'expiry']\n";
    }
    EXPECT_THAT(json::parse(run({"--json", "flow", "list"}, text).output), SizeIs(508));
    EXPECT_THAT(shown("login.service.service_499", text), StartsWith("weaker than login"));
}

TEST_F(AFlowCommand, ShowsNoControlCharacterOfAService) {
    const std::string text = "[flow.login.service.\"a\\u001b[2J\\u202e\\nb\"]\nsteps = ['password']\n";
    for (const bool as_json : {false, true}) {
        std::vector<std::string> words{"flow", "list"};
        if (as_json) {
            words.insert(words.begin(), "--json");
        }
        const std::string output = run(words, text).output;
        EXPECT_THAT(output, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")))) << as_json;
        EXPECT_THAT(lines_in(output), SizeIs(as_json ? 11 : 10));
    }
    EXPECT_THAT(run({"flow", "show", "x"}, text).errors, AllOf(Not(HasSubstr("\x1b")), HasSubstr("login.service.a")));
}

TEST_F(AFlowCommand, FailsWhereTheDaemonsProgramDiesOrSaysSomethingElse) {
    install_daemon("kill -SEGV $$");
    EXPECT_EQ(run({"flow", "list"}).exit_code, 1);
    EXPECT_EQ(run({"flow", "list"}).output, "the check of loquetd ended with 139 and said nothing\n");
    for (const char* said : {"hello", "{\\\"name\\\":\\\"login\\\"", "{}", "[]", "{\\\"name\\\":7}"}) {
        install_daemon("echo \"" + std::string(said) + "\"");
        for (const std::vector<std::string>& words :
             {std::vector<std::string>{"flow", "list"}, {"flow", "show", "login"}, {"--json", "flow", "list"}}) {
            const tests::Outcome outcome = run(words);
            EXPECT_EQ(outcome.exit_code, 1) << said;
            EXPECT_EQ(outcome.output, "") << said;
            EXPECT_THAT(outcome.errors, HasSubstr("install loquetctl and loquetd of one version")) << said;
        }
    }
}

} // namespace
} // namespace loquet::cli
