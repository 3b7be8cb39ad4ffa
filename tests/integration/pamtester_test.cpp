// SPDX-License-Identifier: LGPL-2.1-or-later
// The rows of the table of PAM results (those without mail and recovery) as pamtester sees them: somebody else's
// program with libpam's own text conversation, our module from a service file (pam_wrapper), the real daemon and its
// plugins.
#include "lib/base/file.h"
#include "paths.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"
#include "tests/support/machine.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <regex>

namespace loquet::tests {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* prompt = "Password: ";

/// What libpam's conversation showed and pamtester said; its last line is the result in PAM's words.
struct PamOutcome {
    int exit_code;
    std::string text;
};

PamOutcome pam_outcome(const Outcome& outcome) {
    return {outcome.exit_code, outcome.output + outcome.errors};
}

class APamtester : public testing::Test {
protected:
    explicit APamtester(MachineOptions options = {}) : machine(std::move(options)) {
        // pam_wrapper gives libpam a copy of the folder, which only root writes.
        ::mkdir((services / "pam").c_str(), 0755);
        write_service("");
        alice = machine.create_account("alice", canary::password);
    }

    void write_service(const std::string& options) const {
        std::string text;
        for (const char* type : {"auth", "account", "password", "session"}) {
            text += std::string(type) + " required " + PAM_LOQUET + " " + options + "\n";
        }
        write_stack("test", text);
        write_stack("login", text);
        write_stack("other", text); // without it libpam complains, with its process number
    }
    void write_stack(const std::string& service, const std::string& text) const {
        base::replace_file(services / "pam/" + service, text, 0644);
    }

    [[nodiscard]] Command command(const std::string& user, const std::vector<std::string>& operations,
                                  const std::vector<std::string_view>& typed,
                                  const std::string& service = "test") const {
        Command command{{"pamtester", "-I", "tty=tty1", service, user},
                        {"LD_PRELOAD=libpam_wrapper.so", "PAM_WRAPPER=1", "PAM_WRAPPER_SERVICE_DIR=" + services / "pam",
                         bus_variable},
                        {}};
        command.argv.insert(command.argv.end(), operations.begin(), operations.end());
        for (const std::string_view line : typed) {
            command.input += std::string(line) + "\n";
        }
        return command;
    }

    [[nodiscard]] PamOutcome pamtester(const std::string& user, const std::vector<std::string>& operations,
                                       const std::vector<std::string_view>& typed) const {
        return pam_outcome(run(command(user, operations, typed)));
    }

    TempFolder services;
    Machine machine;
    MachineAccount alice;
    std::string bus_variable = machine.bus().variable();
};

TEST_F(APamtester, IsSuccessfulInEveryPhaseWithTheRightPassword) {
    const PamOutcome all =
        pamtester("alice", {"authenticate", "acct_mgmt", "open_session", "close_session"}, {canary::password});
    EXPECT_EQ(all.exit_code, 0) << all.text;
    EXPECT_THAT(all.text,
                AllOf(HasSubstr(prompt), HasSubstr("successfully authenticated"), HasSubstr("account management done"),
                      HasSubstr("successfully opened a session"), HasSubstr("session has successfully been closed")));
}

TEST_F(APamtester, IsSuccessfulUnderTheNameInOtherLetters) {
    const std::vector<std::string> operations{"authenticate", "acct_mgmt"};
    EXPECT_EQ(run(command("ALICE", operations, {canary::password}, "login")).exit_code, 0);
    EXPECT_EQ(run(command("ALICE", operations, {canary::password})).exit_code, 1)
        << "only where the name is taken back";
}

TEST_F(APamtester, ChangesThePasswordWhichIsDoneAndLogsNobodyIn) {
    const PamOutcome changed = pamtester(
        "alice", {"chauthtok"}, {canary::next_password, canary::next_password}); // root need not know the old one
    EXPECT_EQ(changed.exit_code, 0) << changed.text;
    EXPECT_THAT(changed.text,
                AllOf(HasSubstr("authentication token altered successfully"), Not(HasSubstr("Press Enter"))));
    EXPECT_EQ(pamtester("alice", {"authenticate"}, {canary::password}).exit_code, 1);
    EXPECT_EQ(pamtester("alice", {"authenticate"}, {canary::next_password}).exit_code, 0);
}

TEST_F(APamtester, IsToldAtOnceThatANameOfAnotherSourceIsNotOurs) {
    for (const char* name : {"root", "daemon"}) {
        const PamOutcome other = pamtester(name, {"authenticate"}, {canary::password});
        EXPECT_EQ(other.exit_code, 1);
        EXPECT_THAT(other.text, AllOf(HasSubstr("User not known"), Not(HasSubstr(prompt)))) << name;
    }
}

TEST_F(APamtester, T14_SeesNoDifferenceBetweenWrongUnknownLockedDisabledAndWithoutAPassword) {
    const MachineAccount locked = machine.create_account("lena", canary::password);
    const MachineAccount disabled = machine.create_account("dora", canary::password);
    machine.create_account("nora", "");
    bus::Connection helpdesk = machine.connect();
    lock(helpdesk, locked.path);
    disable(helpdesk, disabled.path);

    const PamOutcome wrong = pamtester("alice", {"authenticate"}, {canary::wrong_password});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.text, AllOf(HasSubstr(prompt), HasSubstr("Authentication failure")));
    for (const char* name : {"mallory", "lena", "dora", "nora"}) {
        const PamOutcome refused = pamtester(name, {"authenticate"}, {canary::password});
        EXPECT_EQ(refused.exit_code, wrong.exit_code) << name;
        EXPECT_EQ(refused.text, wrong.text) << name;
    }
}

TEST_F(APamtester, IsRefusedAlikeWhenTooManyFailuresLockedTheAccount) {
    const PamOutcome wrong = pamtester("alice", {"authenticate"}, {canary::wrong_password});
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(pamtester("alice", {"authenticate"}, {canary::wrong_password}).exit_code, 1);
    }
    const PamOutcome right = pamtester("alice", {"authenticate"}, {canary::password});
    EXPECT_EQ(right.exit_code, 1);
    EXPECT_EQ(right.text, wrong.text);
    bus::Connection helpdesk = machine.connect();
    EXPECT_GT(locked_until(helpdesk, alice.path), 0U);
}

TEST_F(APamtester, MustChangeAPasswordThatSomebodyElseSet) {
    machine.create_account("bob", canary::password, true);
    const PamOutcome expired = pamtester("bob", {"authenticate", "acct_mgmt"}, {canary::password});
    EXPECT_EQ(expired.exit_code, 1);
    EXPECT_THAT(expired.text, HasSubstr("Authentication token is no longer valid; new one required"));

    const PamOutcome changed = pamtester("bob", {"authenticate", "chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)"},
                                         {canary::password, canary::next_password, canary::next_password});
    EXPECT_EQ(changed.exit_code, 0) << changed.text;
    EXPECT_EQ(pamtester("bob", {"authenticate", "acct_mgmt"}, {canary::next_password}).exit_code, 0);
    EXPECT_EQ(pamtester("bob", {"authenticate"}, {canary::password}).exit_code, 1);
}

TEST_F(APamtester, IsShownTheRulesOfANewPasswordAndAskedAgain) {
    const PamOutcome changed =
        pamtester("alice", {"authenticate", "chauthtok"},
                  {canary::password, "short", "short", canary::next_password, canary::next_password});
    EXPECT_EQ(changed.exit_code, 0) << changed.text;
    EXPECT_EQ(pamtester("alice", {"authenticate"}, {canary::next_password}).exit_code, 0);
}

TEST_F(APamtester, ThatHangsUpIsAConversationErrorAndCountsNothing) {
    for (int i = 0; i < 10; ++i) {
        const PamOutcome dropped = pamtester("alice", {"authenticate"}, {});
        ASSERT_EQ(dropped.exit_code, 1);
        ASSERT_THAT(dropped.text, HasSubstr("Conversation error"));
    }
    EXPECT_EQ(pamtester("alice", {"authenticate"}, {canary::password}).exit_code, 0);
}

TEST_F(APamtester, IsUnavailableWithoutADaemonAndWithoutABus) {
    (void)machine.stop();
    const PamOutcome no_daemon = pamtester("alice", {"authenticate"}, {canary::password});
    EXPECT_EQ(no_daemon.exit_code, 1);
    EXPECT_THAT(no_daemon.text, AllOf(HasSubstr("cannot retrieve authentication info"), Not(HasSubstr(prompt))));
    bus_variable = "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + services / "no-bus";
    const PamOutcome no_bus = pamtester("alice", {"authenticate"}, {canary::password});
    EXPECT_EQ(no_bus.exit_code, 1);
    EXPECT_EQ(no_bus.text, no_daemon.text);
}

TEST_F(APamtester, IsUnavailableAfterTheTimeoutOfADaemonThatHangs) {
    write_service("timeout=1");
    machine.daemon().signal(SIGSTOP);
    const PamOutcome hung = pamtester("alice", {"authenticate"}, {canary::password});
    machine.daemon().signal(SIGCONT);
    EXPECT_EQ(hung.exit_code, 1);
    EXPECT_THAT(hung.text, HasSubstr("cannot retrieve authentication info"));
}

TEST_F(APamtester, WhoseDaemonRestartsMidDialogIsGrantedAfterAll) {
    const std::string pipe = services / "typed";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    Command slow = command("alice", {"authenticate"}, {});
    slow.argv.insert(slow.argv.begin(), {"sh", "-c", "exec \"$@\" <\"$0\"", pipe});
    Process person(slow);
    const base::Fd keyboard(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(eventually([&] { return (person.output() + person.errors()).find(prompt) != std::string::npos; }));
    machine.kill();
    machine.start();
    machine.wait_for_plugins();
    base::write_all(keyboard.get(), std::string(canary::password) + "\n");
    const PamOutcome granted = pam_outcome(person.wait());
    EXPECT_EQ(granted.exit_code, 0) << granted.text;
}

class APamtesterElsewhere : public APamtester {
protected:
    APamtesterElsewhere() : APamtester({.configuration = "[accounts]\nauthorisations = [\"another-service\"]\n"}) {}
};

TEST_F(APamtesterElsewhere, IsDeniedInTheAccountPhaseWhereTheServiceIsNotForThePerson) {
    EXPECT_EQ(pamtester("alice", {"authenticate"}, {canary::password}).exit_code, 0);
    const PamOutcome denied = pamtester("alice", {"authenticate", "acct_mgmt"}, {canary::password});
    EXPECT_EQ(denied.exit_code, 1);
    EXPECT_THAT(denied.text, AllOf(HasSubstr("Permission denied"), HasSubstr("contact the helpdesk")));
}

/// "[success=end ...]" of the packaged stack, with a number for `end` as pam-auth-update(8) puts it.
std::string packaged_control() {
    const std::string config = base::read_file(LOQUET_SOURCE_DIR "/etc/pam-configs/loquet", 64UL * 1024);
    const std::size_t from = config.find('[', config.find("Auth-Initial:"));
    std::string control = config.substr(from, config.find(']', from) + 1 - from);
    const std::string end = "success=end";
    return control.replace(control.find(end), end.size(), "success=2");
}

/// At programs of self-service whose stack lets everybody in whom a module below is asked about: `login`, which takes
/// the name back, and `kiosk`, which keeps the name that it began with.
class APamtesterOfSomebodyWhoForgot : public APamtester {
protected:
    explicit APamtesterOfSomebodyWhoForgot(const std::string& profile = "portail",
                                           std::unique_ptr<TempFolder> mails = std::make_unique<TempFolder>())
        : APamtester(with_mail(profile, *mails / "box")), mails_(std::move(mails)) {
        base::replace_file(services / "below", std::string(below) + "\n", 0644);
        write_stacks(packaged_control());
        for (const char* const name : {"bob", "carol"}) {
            machine.create_account(name, canary::password, false, std::string(name) + "@example.org");
        }
    }

    static constexpr const char* below = "a module below was asked";
    static constexpr const char* control_of_a_naive_stack = "[success=2 default=ignore]";

    void write_stacks(const std::string& control, const std::string& options = "") const {
        const std::string text = "auth " + control + " " PAM_LOQUET " " + options + "\nauth optional pam_echo.so file="
                                 + services / "below" + "\nauth required pam_permit.so\nauth optional pam_permit.so\n";
        for (const char* const service : {"login", "kiosk"}) {
            write_stack(service, text);
        }
    }

    [[nodiscard]] PamOutcome authenticate(const std::string& user, const std::vector<std::string_view>& typed,
                                          const std::string& service = "login") const {
        return pam_outcome(run(command(user, {"authenticate"}, typed, service)));
    }

    /// The only one that was sent to the person.
    [[nodiscard]] std::string code_of(const std::string& name) const {
        const std::regex pattern("\\b([0-9]{4}) ([0-9]{4})\\b");
        std::string code;
        EXPECT_TRUE(eventually([&] {
            std::error_code none;
            for (const auto& file : std::filesystem::directory_iterator(*mails_ / "box", none)) {
                if (file.path().extension() != ".message") { // it is renamed when it is whole
                    continue;
                }
                const std::string mail = base::read_file(file.path(), 1U << 16U);
                std::smatch found;
                if (mail.find("To: " + name + "@") != std::string::npos && std::regex_search(mail, found, pattern)) {
                    code = found[1].str() + found[2].str();
                }
            }
            return !code.empty();
        })) << name;
        return code;
    }

private:
    static MachineOptions with_mail(const std::string& profile, const std::string& folder) {
        return {.configuration = "profile = \"" + profile
                                 + "\"\n[self_service]\nservices = [\"login\", \"kiosk\"]\n"
                                   "[flow.unlock]\nsteps = [\"ticket\"]\n"
                                   "[outbox]\nmail = [\"file\"]\n[plugins.file]\nkind = \"channel\"\n",
                .plugins = {{"lockout", ""}, {"password_rules", ""}, {"file", "folder = \"" + folder + "\"\n"}}};
    }

    std::unique_ptr<TempFolder> mails_;
};

/// Neither success nor a question of a module below, whatever was shown.
void expect_nobody_in(const PamOutcome& outcome) {
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.text, AllOf(Not(HasSubstr("successfully")), Not(HasSubstr("a module below"))));
}

TEST_F(APamtesterOfSomebodyWhoForgot, T11_UnlocksWhichIsDoneAndLogsNobodyIn) {
    expect_nobody_in(authenticate("bob", {"", "", "2"})); // asks for the code, and goes away
    const PamOutcome in_place_of_the_password = authenticate("bob", {code_of("bob"), ""});
    EXPECT_THAT(in_place_of_the_password.text, HasSubstr("it is unlocked now"));
    expect_nobody_in(in_place_of_the_password);

    expect_nobody_in(authenticate("carol", {"", "", "2"}, "kiosk"));
    const PamOutcome through_the_menu = authenticate("carol", {"", "", "3", code_of("carol"), ""}, "kiosk");
    EXPECT_THAT(through_the_menu.text, HasSubstr("it is unlocked now"));
    expect_nobody_in(through_the_menu);
}

TEST_F(APamtesterOfSomebodyWhoForgot, T11_RecoversAsSomebodyElseWhichLogsNobodyInWhereTheProgramKeepsTheName) {
    expect_nobody_in(authenticate("carol", {"", "", "1", "bob"}, "kiosk"));
    const std::string code = code_of("bob");
    const PamOutcome done =
        authenticate("carol", {"", "", "1", "bob", code, canary::next_password, canary::next_password, ""}, "kiosk");
    expect_nobody_in(done);
    EXPECT_EQ(authenticate("bob", {canary::next_password}).exit_code, 0) << "and the new password holds: " << done.text;
    EXPECT_EQ(authenticate("carol", {canary::password}, "kiosk").exit_code, 0) << "for their own they come in";
}

TEST_F(APamtesterOfSomebodyWhoForgot, IsSeenByTheseTestsWhereTheStackGoesOnBehindAnEnd) {
    write_stacks(control_of_a_naive_stack);
    EXPECT_THAT(authenticate("bob", {"", "", "2"}).text, HasSubstr(below));
    const PamOutcome done = authenticate("bob", {code_of("bob"), ""});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.text, AllOf(HasSubstr("it is unlocked now"), HasSubstr(below)));
}

TEST_F(APamtesterOfSomebodyWhoForgot, IsOfferedNoHelpWhereTheStackSaysNo) {
    expect_nobody_in(authenticate("bob", {"", "", "2"}));
    const std::string code = code_of("bob");
    write_stacks(packaged_control(), "self_service=no");
    const PamOutcome empty = authenticate("bob", {""});
    expect_nobody_in(empty);
    EXPECT_THAT(empty.text, AllOf(HasSubstr("Authentication failure"), Not(HasSubstr("help"))));
    const PamOutcome wrong = authenticate("bob", {code});
    expect_nobody_in(wrong);
    EXPECT_THAT(wrong.text, AllOf(HasSubstr("Authentication failure"), Not(HasSubstr("unlocked"))));
    write_stacks(packaged_control(), "self_service=yes");
    EXPECT_THAT(authenticate("bob", {code, ""}).text, HasSubstr("it is unlocked now"));
}

class APamtesterOfSomebodyWithoutAName : public APamtesterOfSomebodyWhoForgot {
protected:
    APamtesterOfSomebodyWithoutAName() : APamtesterOfSomebodyWhoForgot("default") {}
};

TEST_F(APamtesterOfSomebodyWithoutAName, T11_HasTheNamesSentAndIsBackAtTheMenuWhichLogsNobodyIn) {
    const PamOutcome sent = authenticate("carol", {"", "", "2", "bob@example.org", "", "2"});
    EXPECT_THAT(sent.text, AllOf(HasSubstr("If this address is known"), HasSubstr("Conversation error")));
    expect_nobody_in(sent);
    const PamOutcome gives_up =
        authenticate("carol", {"", "", "2", "bob@example.org", "", "9", "9", "9", "9", "9", "9"});
    expect_nobody_in(gives_up);
    EXPECT_THAT(gives_up.text, Not(HasSubstr("Conversation error")));
}

/// The plugins that ship, beside one whose second factor is given elsewhere, a minute later.
std::unique_ptr<TempFolder> modules_with_a_step_that_waits() {
    auto modules = std::make_unique<TempFolder>();
    for (const char* shipped : {"lockout.so", "password_rules.so"}) {
        std::filesystem::copy_file(std::string(PLUGIN_MODULES) + "/" + shipped, *modules / shipped);
    }
    std::filesystem::copy_file(WAITING_STEP, *modules / "waiting_step.so");
    return modules;
}

constexpr std::chrono::minutes a_minute{1};
constexpr const char* flows_with_a_step_that_waits = R"(
[plugins.waiting_step]
kind = "step"
proves = "possession"
[flow.login]
steps = ["password", "waiting_step"]
[flow.change-password]
steps = ["password", "waiting_step", "new_password"]
[flow.first-login]
steps = ["password", "waiting_step", "new_password"]
[flow.manage-secrets]
steps = ["password", "waiting_step", { enrol = ["totp"] }]
)";

class APamtesterWhoseStepWaits : public APamtester {
protected:
    explicit APamtesterWhoseStepWaits(std::unique_ptr<TempFolder> modules = modules_with_a_step_that_waits())
        : APamtester({.configuration = flows_with_a_step_that_waits,
                      .plugins = {{"lockout", ""}, {"password_rules", ""}, {"waiting_step", ""}},
                      .modules = modules->path()}),
          modules_(std::move(modules)) {
        base::replace_file(machine.messages_folder() + "/site.en.toml", "[waiting_step]\nlook = \"Look there.\"\n",
                           0644);
        machine.restart();
        machine.wait_for_plugins();
    }

private:
    std::unique_ptr<TempFolder> modules_;
};

TEST_F(APamtesterWhoseStepWaits, IsGrantedAMinuteLaterAndToldOnceWhatToDoMeanwhile) {
    const auto start = std::chrono::steady_clock::now();
    const PamOutcome granted =
        pam_outcome(run(command("alice", {"authenticate", "acct_mgmt"}, {canary::password}), a_minute + patience));
    EXPECT_GE(std::chrono::steady_clock::now() - start, a_minute);
    EXPECT_EQ(granted.exit_code, 0) << granted.text;
    EXPECT_THAT(granted.text, HasSubstr("successfully authenticated"));
    const std::size_t first = granted.text.find("Look there.");
    EXPECT_NE(first, std::string::npos) << granted.text;
    EXPECT_EQ(granted.text.find("Look there.", first + 1), std::string::npos) << granted.text;
    EXPECT_THAT(machine.log(), HasSubstr("login granted to alice"));
}

} // namespace

} // namespace loquet::tests
