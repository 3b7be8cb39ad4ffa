// SPDX-License-Identifier: LGPL-2.1-or-later
// A pseudo terminal plays the person: the test types at its master side and reads what the screen shows.
#include "cli/terminal.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "tests/support/eventually.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

namespace loquet::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class ATerminal : public testing::Test {
protected:
    ATerminal() {
        int master = -1;
        int slave = -1;
        EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
        master_ = base::Fd(master);
        slave_ = base::Fd(slave);
        ::fcntl(master, F_SETFL, O_NONBLOCK);
    }

    /// What the screen shows so far.
    const std::string& screen() {
        std::array<char, 4096> buffer{};
        for (ssize_t got = 1; got > 0;) {
            got = ::read(master_.get(), buffer.data(), buffer.size());
            screen_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        }
        return screen_;
    }
    [[nodiscard]] bool echoes() const {
        termios settings{};
        ::tcgetattr(slave_.get(), &settings);
        return (settings.c_lflag & ECHO) != 0;
    }
    bool shows(const std::string& text) {
        return tests::eventually([&] { return screen().find(text) != std::string::npos; });
    }
    void type(const std::string& text) const { base::write_all(master_.get(), text); }

    /// Types `text` as soon as `prompt` stands on the screen; what ask() returned.
    std::optional<base::Secret> ask_and_type(const std::string& prompt, bool echo, const std::string& text) {
        Terminal terminal(base::duplicate(slave_.get()));
        std::optional<base::Secret> answer;
        std::thread person([&] {
            if (shows(prompt)) {
                echoed_at_prompt_ = echoes();
                type(text);
            }
        });
        answer = terminal.ask(prompt, echo);
        person.join();
        return answer;
    }

    base::Fd master_;
    base::Fd slave_;
    std::string screen_;
    bool echoed_at_prompt_ = true;
};

TEST_F(ATerminal, DoesNotShowASecretThatIsTyped) {
    const auto answer = ask_and_type("Password: ", false, "kanari\n");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->reveal(), "kanari");
    EXPECT_FALSE(echoed_at_prompt_);
    EXPECT_THAT(screen(), Not(HasSubstr("kanari")));
    EXPECT_TRUE(echoes()) << "and is put in order afterwards";
}

TEST_F(ATerminal, ShowsWhatIsTypedWhereItIsNoSecret) {
    const auto answer = ask_and_type("Name: ", true, "zoé\n");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->reveal(), "zoé");
    EXPECT_THAT(screen(), HasSubstr("zoé"));
}

TEST_F(ATerminal, GivesNothingWhenThePersonLeaves) {
    EXPECT_FALSE(ask_and_type("Password: ", false, "\x04").has_value());
    EXPECT_TRUE(echoes());
}

TEST_F(ATerminal, ShowsAPromptOfSeveralLinesWithoutItsControls) {
    const auto answer = ask_and_type("Code: ", true, "1\n");
    Terminal terminal(base::duplicate(slave_.get()));
    terminal.say("one\ntwo\x1b[2J");
    EXPECT_TRUE(shows("one\r\ntwo\\x1b[2J\r\n"));
}

/// The person's program, at a prompt. `own_terminal`: in a session of its own, where the terminal's keys send signals;
/// else in a process group of its own, which can be stopped because its parent is there to continue it.
pid_t start_program_at_prompt(const base::Fd& slave, bool own_terminal) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (own_terminal) {
            ::setsid();
            ::ioctl(slave.get(), TIOCSCTTY, 0);
        } else {
            ::setpgid(0, 0);
        }
        Terminal terminal(base::duplicate(slave.get()));
        const auto answer = terminal.ask("Password: ", false);
        ::_exit(answer && answer->reveal() == "after the stop" ? 0 : 1);
    }
    return child;
}

TEST_F(ATerminal, IsPutInOrderBeforeASignalEndsTheProgram) {
    const pid_t program = start_program_at_prompt(slave_, true);
    ASSERT_TRUE(shows("Password: "));
    ASSERT_FALSE(echoes());
    type("\x03"); // Ctrl-C
    int status = 0;
    ASSERT_EQ(::waitpid(program, &status, 0), program);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    EXPECT_TRUE(echoes());
}

TEST_F(ATerminal, IsInOrderWhileTheProgramIsStoppedAndAsksAgainAfterwards) {
    const pid_t program = start_program_at_prompt(slave_, false);
    ASSERT_TRUE(shows("Password: "));
    ASSERT_FALSE(echoes());
    ::kill(program, SIGTSTP);
    int status = 0;
    ASSERT_EQ(::waitpid(program, &status, WUNTRACED), program);
    ASSERT_TRUE(WIFSTOPPED(status));
    EXPECT_TRUE(echoes());
    ::kill(program, SIGCONT);
    ASSERT_TRUE(shows("Password: Password: "));
    EXPECT_FALSE(echoes());
    type("after the stop\n");
    ASSERT_EQ(::waitpid(program, &status, 0), program);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(echoes());
}

} // namespace
} // namespace loquet::cli
