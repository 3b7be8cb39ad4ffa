// SPDX-License-Identifier: LGPL-2.1-or-later
// What every command says where loquetd is not there: on a real bus with a systemd of a few lines, and without one.
#include "cli/service_state.h"
#include "lib/bus/call.h"
#include "lib/bus/error_names.h"
#include "lib/bus/loop.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/private_bus.h"
#include "tests/support/process.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace loquet::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A bus without loquetd, and a systemd that knows its unit in this state.
class AnAbsentService : public testing::Test {
protected:
    void is(const UnitState& state) {
        state_ = state;
        systemd_.emplace(bus::Connection::at(bus_.address()));
        systemd_->attach(loop_);
        systemd_->add_filter(handle, this);
        systemd_->own_name("org.freedesktop.systemd1");
    }

    tests::Outcome run(const std::vector<std::string>& arguments) {
        std::vector<std::string> argv{loquetctl_program(), "--bus", bus_.address()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        tests::Process process({argv, {"LC_ALL=C.UTF-8"}, std::string(tests::canary::password) + "\n"});
        EXPECT_TRUE(tests::eventually(loop_, [&] { return !process.running(); })) << process.errors();
        return process.wait();
    }

    void expect_each_command_to_say(const testing::Matcher<std::string>& sentence) {
        const std::vector<std::vector<std::string>> commands{
            {"status"},
            {"account", "add", "alice", "--no-password"},
            {"account", "list"},
            {"account", "show", "alice"},
            {"account", "lock", "alice", "--reason", "gone"},
            {"account", "unlock", "alice"},
            {"account", "reset", "alice"},
            {"account", "factor", "list", "alice"},
            {"account", "factor", "remove", "alice", "totp", "--reason", "lost"},
            {"account", "import", "-"},
            {"message", "list"},
            {"message", "show", "1"},
            {"message", "retry", "1"},
            {"plugin", "list"},
            {"try-login", "alice", "--password-fd", "0"},
            {"passwd", "alice", "--password-fd", "0"},
        };
        for (const auto& command : commands) {
            const tests::Outcome outcome = run(command);
            EXPECT_EQ(outcome.exit_code, 5) << command.front() << ' ' << command.back();
            EXPECT_THAT(outcome.errors, sentence) << command.front() << ' ' << command.back();
        }
    }

private:
    static int handle(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
        if (sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Properties", "GetAll") <= 0) {
            return 0;
        }
        const UnitState& state = static_cast<AnAbsentService*>(self)->state_;
        bus::Call(message).reply([&](bus::Writer& writer) {
            writer.dictionary([&] {
                writer.entry("LoadState", state.load).entry("ActiveState", state.active);
                writer.entry("SubState", state.sub).entry("Result", state.result);
                writer.entry("NRestarts", static_cast<std::uint32_t>(state.restarts));
                writer.entry("Documentation", "as", [&] { writer.texts({"man:loquetd(8)"}); });
            });
        });
        return 1;
    }

    tests::PrivateBus bus_;
    bus::Loop loop_;
    std::optional<bus::Connection> systemd_;
    UnitState state_;
};

TEST_F(AnAbsentService, ThatIsMaskedIsNamedByEachCommandWithTheWayBack) {
    is({"masked", "inactive", "dead", "success"});
    expect_each_command_to_say(AllOf(HasSubstr("loquetd does not run: it is masked"),
                                     HasSubstr("systemctl unmask loquetd"), Not(HasSubstr("org.freedesktop"))));
}

TEST_F(AnAbsentService, OfWhichNobodyKnowsWhyIsNamedByEachCommandAllTheSame) {
    expect_each_command_to_say(AllOf(HasSubstr("loquetd does not run."), HasSubstr("systemctl status loquetd"),
                                     HasSubstr("loquetctl config check"), HasSubstr("journalctl -u loquetd"),
                                     Not(HasSubstr("org.freedesktop"))));
}

TEST_F(AnAbsentService, IsToldAsSystemdKnowsIt) {
    struct Case {
        UnitState state;
        const char* says;
        const char* next;
    };
    for (const Case& one :
         {Case{{"loaded", "failed", "failed", "exit-code"}, "it failed (exit-code)", "systemctl restart"},
          Case{{"loaded", "activating", "auto-restart", "signal"},
               "it ends as often as it is started (signal)",
               "loquetctl config check"},
          Case{{"loaded", "activating", "start", "success", 3},
               "it ends as often as it is started.",
               "journalctl -u loquetd"},
          Case{{"loaded", "activating", "start", "success"}, "is being started", "in a moment"},
          Case{{"loaded", "deactivating", "stop-sigterm", "success"}, "is being stopped", "in a moment"},
          Case{{"loaded", "inactive", "dead", "success"}, "loquetd does not run.", "systemctl start loquetd"},
          Case{{"loaded", "active", "running", "success"}, "runs, and does not answer", "journalctl"},
          Case{{"not-found", "inactive", "dead", "success"},
               "no usable loquetd.service (not-found)",
               "installed whole"}}) {
        EXPECT_THAT(sentence_about(one.state), AllOf(HasSubstr(one.says), HasSubstr(one.next)));
    }
}

TEST_F(AnAbsentService, IsWhatTheBusMeansByEachOfItsWords) {
    for (const char* name : {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
                             "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Spawn.ChildExited",
                             "org.freedesktop.systemd1.UnitMasked", "org.freedesktop.systemd1.ShuttingDown"}) {
        const base::Error failure = failure_at("unix:path=/nonexistent", name, "raw words of the bus");
        EXPECT_EQ(failure.kind(), base::Error::Kind::unavailable) << name;
        EXPECT_THAT(failure.what(), AllOf(HasSubstr("loquetd does not run"), Not(HasSubstr("raw words")))) << name;
        EXPECT_EQ(bus::error_kind(name), base::Error::Kind::unavailable) << name;
    }
    EXPECT_STREQ(failure_at("", "org.loquet.Auth1.Error.Invalid", "the name is too long").what(),
                 "the name is too long");
}

TEST(ABusThatIsNotThere, IsNamedAndNotTheService) {
    const tests::Outcome outcome =
        tests::run({{loquetctl_program(), "--bus", "unix:path=/nonexistent", "status"}, {}, {}});
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_THAT(outcome.errors, AllOf(HasSubstr("The bus cannot be reached"), HasSubstr("systemctl status dbus")));
}

} // namespace
} // namespace loquet::cli
