// SPDX-License-Identifier: LGPL-2.1-or-later
// `loquetctl flow walk` with the built daemon and the plugins in their own processes.
#include "lib/base/file.h"
#include "paths.h"
#include "tests/support/eventually.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>

namespace loquet::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr base::Milliseconds patience_with_walks = std::chrono::minutes(4);

// Hashes that cost little, and channels, so that there is something to send.
constexpr const char* with_channels = "[hashing]\ncost = 1\n"
                                      "[outbox]\nmail = ['smtp']\nsms = ['sms_http']\n"
                                      "[plugins.smtp]\nkind = 'channel'\n[plugins.sms_http]\nkind = 'channel'\n";
constexpr const char* without_channels = "[hashing]\ncost = 1\n";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string last_line_of(const std::string& text) {
    const auto lines = lines_of(text);
    return lines.empty() ? "" : lines.back();
}

/// How many processes have `word` in their command line.
std::size_t processes_with(const std::string& word) {
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "cmdline");
        const std::string command{std::istreambuf_iterator<char>(file), {}};
        found += command.find(word) != std::string::npos ? 1 : 0;
    }
    return found;
}

class AFlowWalk : public testing::Test {
protected:
    AFlowWalk() {
        fs::copy_file(LOQUET_BINARY_DIR "/cli/loquetctl", folder_ / "loquetctl");
        fs::create_directory(folder_ / "options");
        use_modules(LOQUET_BINARY_DIR "/plugins");
    }
    void use_modules(const std::string& modules) const {
        base::replace_file(folder_ / "loquetd",
                           "#!/bin/sh\nexec '" LOQUET_BINARY_DIR "/daemon/loquetd' \"$@\" --plugin-dir '" + modules
                               + "' --plugin-config-dir \"${OPTIONS:-" + (folder_ / "options") + "}\"\n",
                           0755);
    }
    /// The shipped ones that every site needs, and a fixture.
    void use_modules_with(const std::string& fixture) const {
        fs::create_directory(folder_ / "modules");
        for (const char* module : {"lockout", "password_rules", "totp", "recovery_codes"}) {
            fs::copy_file(LOQUET_BINARY_DIR "/plugins/" + std::string(module) + ".so",
                          folder_ / ("modules/" + std::string(module) + ".so"));
        }
        fs::copy_file(LOQUET_BINARY_DIR "/tests/fixtures/plugins/" + fixture + ".so",
                      folder_ / ("modules/" + fixture + ".so"));
        use_modules(folder_ / "modules");
    }
    [[nodiscard]] Command command(std::vector<std::string> arguments, const std::string& configuration,
                                  const std::string& input = "") const {
        base::replace_file(folder_ / "loquet.toml", configuration, 0644);
        arguments.insert(arguments.begin(), folder_ / "loquetctl");
        arguments.insert(arguments.end(),
                         {"--config", folder_ / "loquet.toml", "--profiles", LOQUET_SOURCE_DIR "/etc/profiles"});
        Command command{arguments, {"TMPDIR=" + walks_}, input};
        if (std::find(arguments.begin(), arguments.end(), "walk") != arguments.end()) {
            command.argv.insert(command.argv.end(), {"--messages", LOQUET_SOURCE_DIR "/etc/messages"});
        }
        return command;
    }
    [[nodiscard]] Outcome walk(std::vector<std::string> arguments, const std::string& configuration = with_channels,
                               const std::string& input = "") const {
        arguments.insert(arguments.begin(), {"flow", "walk"});
        Outcome outcome = run(command(std::move(arguments), configuration, input), patience_with_walks);
        EXPECT_TRUE(fs::is_empty(walks_)) << "the folder of the walk is still there";
        return outcome;
    }
    /// Where walks keep what is gone afterwards: in memory if that can be, because each is a thousand durable writes.
    [[nodiscard]] static std::string make_walks() {
        std::string folder =
            ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/loquet-test-XXXXXX" : "/tmp/loquet-test-XXXXXX";
        return ::mkdtemp(folder.data()) == nullptr ? "" : folder;
    }
    ~AFlowWalk() override { fs::remove_all(walks_); }

    TempFolder folder_;
    const std::string walks_ = make_walks();
};

TEST_F(AFlowWalk, ShowsAForgottenPasswordAsAGreeterDrawsItUpToTheLogin) {
    const Outcome outcome = walk({"recover-password", "--as", "known", "--language", "fr_FR.UTF-8"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output,
                HasSubstr("  | Mot de passe : \n  > (Enter)\n\n"
                          "  | Mot de passe (Entrée : aide) : \n  > (Enter)\n\n"
                          "  | 1 mot de passe oublié  2 identifiant oublié  3 j'ai un code  4 aide : \n  > 1\n"));
    EXPECT_THAT(outcome.output,
                HasSubstr("\nMessage to c***@e***.org by mail:\n  # Votre code pour un nouveau mot de"));
    EXPECT_THAT(outcome.output, ContainsRegex("Code à 8 chiffres [^\n]*\n  > [0-9]{4} [0-9]{4}\n"));
    EXPECT_THAT(outcome.output, ContainsRegex("Confirmez le nouveau mot de passe : \n  > (.*)\n  > .*\n"));
    EXPECT_THAT(outcome.output, HasSubstr("a été modifié")) << "the notice";
    EXPECT_EQ(last_line_of(outcome.output), "Let in: camille.");
    for (const std::string& line : lines_of(outcome.output)) {
        if (line.starts_with("  | ")) {
            EXPECT_LE(line.size(), 4U + 72U + 16U) << line; // accents are two bytes
        }
    }
}

TEST_F(AFlowWalk, ShowsWhatHappensToEachKindOfPerson) {
    const auto ends = [&](const std::string& kind, const std::vector<std::string>& flow = {"login"}) {
        std::vector<std::string> arguments = flow;
        arguments.insert(arguments.end(), {"--as", kind});
        const Outcome outcome = walk(arguments);
        return last_line_of(outcome.output + outcome.errors);
    };
    const std::vector<std::string> recovery{"recover-password"};
    EXPECT_EQ(ends("known"), "Let in: camille.");
    EXPECT_EQ(ends("expired"), "Let in: camille, with new-password-required.");
    EXPECT_EQ(ends("factors"), "Let in: camille.");
    for (const char* kind : {"unknown", "locked", "locked-by-failures", "disabled", "no-secret"}) {
        EXPECT_EQ(ends(kind), "Refused: refused.") << kind;
    }
    EXPECT_EQ(ends("locked-by-failures", recovery), "Let in: camille.") << "a recovery ends such a lock";
    EXPECT_EQ(ends("no-secret", recovery), "Let in: camille.");
    for (const char* kind : {"unknown", "locked", "disabled", "no-address", "unconfirmed"}) {
        EXPECT_THAT(ends(kind, recovery), HasSubstr("the prompt \"code\": no message with a code went out")) << kind;
    }
    EXPECT_THAT(ends("no-address", recovery), HasSubstr("(no-address)"));
    EXPECT_THAT(ends("unconfirmed", recovery), HasSubstr("(unconfirmed)"));
}

TEST_F(AFlowWalk, SetsUpTheFactorsThatNeedNoDevice) {
    const Outcome outcome = walk({"login", "--as", "factors"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("Left out, because it needs a device or no flow sets it up: totp."));
    EXPECT_THAT(outcome.output, ContainsRegex("Recovery code: \n  > [A-Z]{4}-[A-Z]{4}\n"));
}

TEST_F(AFlowWalk, HasTheHelpdeskReadACodeOutWhereNothingIsSent) {
    const Outcome outcome = walk({"recover-password", "--as", "known"}, without_channels);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("1 I have a code  2 help"), HasSubstr("the helpdesk reads a code out"),
                                      EndsWith("Let in: camille.\n")));
}

class AWalkOfAShippedProfile : public AFlowWalk, public testing::WithParamInterface<const char*> {};

// Carries T14.
TEST_P(AWalkOfAShippedProfile, T14_TellsNobodyApartInAnyOfItsFlows) {
    const std::string profile = GetParam();
    if (const std::string options = LOQUET_SOURCE_DIR "/etc/profiles/" + profile + ".plugins"; fs::exists(options)) {
        fs::copy(options, folder_ / "options");
    }
    const bool has_channels = profile == "apicil";
    const std::string configuration =
        "profile = '" + profile + "'\n" + (has_channels ? without_channels : with_channels);
    const json flows = json::parse(run(command({"--json", "flow", "list"}, configuration)).output);
    EXPECT_GE(flows.size(), 5U);
    std::map<std::string, std::string> purposes; // and their steps
    for (const json& flow : flows) {
        purposes[flow.at("purpose")] = flow.at("in_short");
    }
    if (purposes.contains("recover-password")) { // what leads there has no flow in a file
        purposes["self-service"] = purposes["enter-code"] = "";
    }
    for (const auto& [purpose, steps] : purposes) {
        const Outcome strangers = walk({purpose}, configuration);
        EXPECT_EQ(strangers.exit_code, 0) << purpose << '\n' << strangers.output << strangers.errors;
        const std::string end = last_line_of(strangers.output);
        EXPECT_TRUE(
            std::regex_match(end, std::regex("nobody can be told apart: [1-9][0-9]+ walks, [1-9][0-9]+ prompts")))
            << purpose << ": " << end;
        const bool has_a_sum = steps.starts_with("arithmetic");
        const Outcome known = walk({purpose, "--as", "known"}, configuration);
        EXPECT_EQ(known.exit_code, has_a_sum ? 1 : 0) << purpose << '\n' << known.output << known.errors;
        if (has_a_sum) {
            EXPECT_THAT(known.errors, HasSubstr("nobody answers the prompt \"arithmetic.challenge\""));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Profiles, AWalkOfAShippedProfile,
                         testing::Values("apart", "apicil", "bonuseco", "default", "net-entreprises", "portail"),
                         [](const auto& profile) {
                             std::string name = profile.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(AListOfShippedProfiles, IsWhole) {
    std::size_t profiles = 0;
    for (const auto& file : fs::directory_iterator(LOQUET_SOURCE_DIR "/etc/profiles")) {
        profiles += file.path().extension() == ".toml" ? 1 : 0;
    }
    EXPECT_EQ(profiles, 6U) << "a new profile wants its walk above";
}

// Carries T14.
TEST_F(AFlowWalk, T14_FailsWhereAStepGreetsThePeopleItKnows) {
    use_modules_with("greeting_step");
    const std::string configuration = "[hashing]\ncost = 1\n[plugins.greeting_step]\nkind = 'step'\n"
                                      "[flow.login]\nsteps = ['greeting_step', 'password']\n";
    const Outcome outcome = walk({"login"}, configuration);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(
        outcome.output,
        HasSubstr("known and unknown can be told apart at the prompt \"greeting_step.hello\", by a stranger who "
                  "typed nothing:\n"
                  "  known               asked visible greeting_step.hello other: greeting_step.known\n"
                  "  unknown             asked visible greeting_step.hello other: greeting_step.stranger\n"));
    EXPECT_THAT(outcome.output, Not(HasSubstr("nobody can be told apart")));
    const Outcome told = walk({"--json", "login"}, configuration);
    EXPECT_EQ(told.exit_code, 1);
    EXPECT_EQ(json::parse(lines_of(told.output).at(1)).at("told_apart"), json({"known", "unknown"}));
}

TEST_F(AFlowWalk, StopsWhereAStepWaitsForSomebodyElsewhere) {
    use_modules_with("waiting_step");
    const Outcome outcome = walk({"login"}, "[hashing]\ncost = 1\n[plugins.waiting_step]\nkind = 'step'\n"
                                            "[flow.login]\nsteps = ['waiting_step', 'password']\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("A step waits for what happens elsewhere"));
    EXPECT_THAT(outcome.output, ContainsRegex("nobody can be told apart: [0-9]+ walks"));
}

TEST_F(AFlowWalk, SaysWhatAProfileTellsOnPurposeAndDoesNotFailForIt) {
    const std::string disclosing = "disclose = ['locked']\n";
    const Outcome outcome = walk({"login"}, disclosing + without_channels);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("On purpose (disclose): who is locked-by-failures is told \"locked\".\n"));
    EXPECT_THAT(walk({"login"}, without_channels).output, Not(HasSubstr("On purpose")));
}

TEST_F(AFlowWalk, ReadsWhatItCannotKnowFromStandardInput) {
    const Outcome outcome =
        walk({"login", "--as", "known"}, "profile = 'bonuseco'\n[hashing]\ncost = 1\n", "no number\n");
    EXPECT_THAT(outcome.output, ContainsRegex("What is [0-9]+ [+-] [0-9]+\\? \n  > no number\n"));
    EXPECT_THAT(outcome.output, EndsWith("Refused: refused.\n"));
    EXPECT_EQ(outcome.exit_code, 1) << "somebody whom nothing keeps out did not come through";
}

TEST_F(AFlowWalk, WaitsForSomebodyWhoDoesTheSum) {
    base::replace_file(folder_ / "person",
                       "#!/bin/bash\nmkfifo \"$1/in\"\n\"${@:2}\" <\"$1/in\" >\"$1/out\" &\nexec 3>\"$1/in\"\n"
                       "until grep -q 'What is' \"$1/out\"; do kill -0 $! || exit 9; done\n"
                       "echo $(( $(sed -n 's/.*What is \\(.*\\)?.*/\\1/p' \"$1/out\") )) >&3\n"
                       "wait $!; code=$?; cat \"$1/out\"; exit $code\n",
                       0755);
    Command walking =
        command({"flow", "walk", "login", "--as", "known"}, "profile = 'bonuseco'\n[hashing]\ncost = 1\n");
    walking.argv.insert(walking.argv.begin(), {folder_ / "person", folder_.path()});
    const Outcome outcome = run(walking, patience_with_walks);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.output, EndsWith("Let in: camille.\n"));
}

TEST_F(AFlowWalk, TellsAProgramEverythingAsAnObjectALine) {
    const Outcome outcome = walk({"--json", "recover-password", "--as", "known"});
    std::vector<std::string> keys;
    for (const std::string& line : lines_of(outcome.output)) {
        const json event = json::parse(line);
        keys.push_back(event.contains("turn") ? event.at("turn").get<std::string>() : event.begin().key());
        if (event.contains("message") && event.at("message") == "ticket.mail") {
            EXPECT_EQ(event.at("to"), "c***@e***.org");
            EXPECT_THAT(event.at("text").get<std::string>(), HasSubstr("in place of the password"));
        }
    }
    EXPECT_THAT(keys, AllOf(Contains("ask"), Contains("read"), Contains("medium"), Contains("granted")));
    EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(AFlowWalk, IsRefusedWithWhatThereIs) {
    const auto said = [&](const std::vector<std::string>& arguments, const std::string& configuration = with_channels) {
        const Outcome outcome = walk(arguments, configuration);
        EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
        EXPECT_EQ(outcome.output, "");
        return outcome.errors;
    };
    EXPECT_THAT(said({"lgin"}), HasSubstr("there is no purpose 'lgin'; there are login, "));
    EXPECT_THAT(said({""}), HasSubstr("there is no purpose ''; there are login, "));
    EXPECT_THAT(said({"login", "--as", "fool"}), HasSubstr("nobody of the kind 'fool'; there are known, "));
    EXPECT_THAT(said({"recover-password", "--service", "sshd"}), HasSubstr("[self_service]"));
    EXPECT_THAT(said({"login"}, "[flow.login]\nsteps = ['pasword']\n"), HasSubstr("loquet.toml:2:"));
    fs::create_directory(folder_ / "empty");
    use_modules(folder_ / "empty");
    EXPECT_THAT(said({"login"}), HasSubstr("/empty/lockout.so"));
}

TEST_F(AFlowWalk, LeavesNothingBehindWhereItIsToldToEnd) {
    for (const int signal : {SIGTERM, SIGINT}) {
        // A terminal on which nobody types.
        base::replace_file(folder_ / "silence",
                           "#!/bin/sh\nmkfifo \"$1/in\" 2>/dev/null\nexec 3<>\"$1/in\"\n"
                           "shift\nexec \"$@\" <&3\n",
                           0755);
        Command walking =
            command({"flow", "walk", "login", "--as", "known"}, "profile = 'bonuseco'\n[hashing]\ncost = 1\n");
        walking.argv.insert(walking.argv.begin(), {folder_ / "silence", folder_.path()});
        Process process(walking);
        ASSERT_TRUE(eventually([&] { return process.output().find("What is") != std::string::npos; }))
            << process.errors();
        EXPECT_GT(processes_with(walks_), 0U) << "the hosts of its plugins";
        process.signal(signal);
        EXPECT_EQ(process.wait().exit_code, 128 + signal);
        EXPECT_TRUE(fs::is_empty(walks_));
        EXPECT_EQ(processes_with(walks_), 0U);
    }
}

} // namespace
} // namespace loquet::tests
