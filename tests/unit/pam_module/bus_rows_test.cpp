// SPDX-License-Identifier: LGPL-2.1-or-later
// What the module does when the bus or the daemon is absent, silent, slow, gone or mad, and what it leaves behind.
#include "lib/base/error.h"
#include "lib/bus/connection.h"
#include "tests/unit/pam_module/fixture.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>
#include <iterator>

namespace loquet::tests {

namespace {

using protocol::Reason;
using testing::ElementsAre;
using Clock = std::chrono::steady_clock;

constexpr base::Milliseconds at_once{100};
constexpr const char* impossible =
    "Logging in is not possible at the moment. Please try again later or contact the helpdesk.";
constexpr base::Milliseconds short_timeout{1000};
constexpr base::Milliseconds slack{1000}; ///< of a busy machine

/// The shortest of several, so that a busy machine does not count.
template <class Work>
base::Milliseconds shortest_time(Work work) {
    base::Milliseconds best = patience;
    for (int i = 0; i < 5; ++i) {
        const auto start = Clock::now();
        work();
        best = std::min(best, std::chrono::duration_cast<base::Milliseconds>(Clock::now() - start));
    }
    return best;
}

int open_descriptors() {
    const std::filesystem::directory_iterator folder("/proc/self/fd");
    return static_cast<int>(std::distance(begin(folder), end(folder)));
}

class ABus : public OnABus {};

/// Loquet's own source of names cannot say whose it is here: it is not installed.
TEST_F(ABus, ThatIsSickInAnyWayLeavesANameOfAnotherSourceToTheModulesBelow) {
    const Reaction sick[]{Silence{},
                          Leave{},
                          Garbage{},
                          BusError{"org.loquet.Auth1.Error.Unavailable", "the service takes no logins"},
                          BusError{"org.loquet.Auth1.Error.Busy", "too many dialogs"},
                          BusError{"org.freedesktop.DBus.Error.AccessDenied", "by the bus's policy"}};
    const auto expect_left_alone = [] {
        Application local("daemon"); // of /etc/passwd
        EXPECT_EQ(local.authenticate(), PAM_USER_UNKNOWN);
        EXPECT_EQ(local.check_account(), PAM_USER_UNKNOWN);
        EXPECT_EQ(local.change_password(), PAM_USER_UNKNOWN);
        EXPECT_THAT(local.drawn, testing::IsEmpty());
    };
    for (const Reaction& reaction : sick) {
        daemon->stop();
        daemon->start();
        daemon->intercept([&](const Request&) { return std::optional(reaction); });
        expect_left_alone();
    }
    daemon->stop();
    expect_left_alone();
}

TEST_F(ABus, WithoutADaemonIsUnavailableAtOnce) {
    daemon->stop();
    EXPECT_LT(shortest_time([] {
                  Application application("alice");
                  EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
                  EXPECT_THAT(application.drawn, ElementsAre(Drawn{PAM_ERROR_MSG, impossible})) << "and no question";
              }),
              at_once);
}

TEST_F(ABus, ThatIsAbsentIsUnavailableAtOnce) {
    daemon->stop();
    bus.stop();
    EXPECT_LT(shortest_time([] {
                  Application application("alice");
                  EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
              }),
              at_once);
}

TEST_F(ABus, WhoseDaemonIsSilentIsUnavailableAfterTheTimeout) {
    daemon->intercept([](const Request&) -> std::optional<Reaction> { return Silence{}; });
    Application application("alice", {.options = "timeout=1"});
    const auto start = Clock::now();
    EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_GE(Clock::now() - start, short_timeout - base::Milliseconds(5));
    EXPECT_LT(Clock::now() - start, short_timeout + slack);
}

/// A socket that takes connections and says nothing: what a stopped dbus-daemon looks like.
class ASilentSocket : public testing::Test {
protected:
    ASilentSocket() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = folder_ / "bus";
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), 16), 0);
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + path).c_str(), 1);
    }
    ~ASilentSocket() override { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

    TempFolder folder_;
    base::Fd socket_;
};

TEST_F(ASilentSocket, IsUnavailableAfterTheTimeoutWithAndWithoutAPasswordFromAbove) {
    for (const Service& service :
         {Service{.options = "timeout=1"}, Service{.options = "timeout=1 use_first_pass", .auth_above = "authtok=x"}}) {
        Application application("alice", service);
        const auto start = Clock::now();
        EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
        EXPECT_LT(Clock::now() - start, short_timeout + slack);
    }
}

TEST_F(ABus, IsGivenNoTimeoutForThePersonWhoTypesSlowly) {
    daemon->intercept([](const Request& request) -> std::optional<Reaction> {
        if (request.member != "Begin") {
            return std::nullopt;
        }
        return protocol::Turn(protocol::Ask{{{protocol::PromptStyle::visible, "slow", "Take your time: "}}});
    });
    // The answer is late by more than the timeout; only the daemon's time counts.
    struct SlowTypist {
        static int converse(int, const pam_message**, pam_response** responses, void*) {
            const timespec longer_than_the_timeout{1, 100000000};
            (void)::nanosleep(&longer_than_the_timeout, nullptr);
            *responses = static_cast<pam_response*>(std::calloc(1, sizeof(pam_response)));
            (*responses)[0].resp = ::strdup("late");
            return PAM_SUCCESS;
        }
    };
    Application application("alice", {.options = "timeout=1"});
    const pam_conv conversation{SlowTypist::converse, nullptr};
    application.set_item(PAM_CONV, &conversation);
    EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL) << "the fake knows no such dialog: restarted, twice";
    EXPECT_EQ(daemon->calls().at(1), "Answer");
}

TEST_F(ABus, WhoseDaemonRestartsMidDialogBeginsAgainOnceWithoutAskingTwiceOrLosingTheCount) {
    Application first("alice");
    first.typed = {wrong_password()};
    ASSERT_EQ(first.authenticate(), PAM_AUTH_ERR);
    bool restarted = false;
    daemon->intercept([&](const Request& request) -> std::optional<Reaction> {
        if (request.member != "Answer" || std::exchange(restarted, true)) {
            return std::nullopt;
        }
        return BusError{SD_BUS_ERROR_UNKNOWN_OBJECT, "a daemon started anew has no such dialog"};
    });
    Application application("alice");
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_THAT(daemon->calls(), ElementsAre("Begin", "Answer", "Begin", "Answer", "Begin"));
    EXPECT_EQ(daemon->request(4).token, right_password());
    EXPECT_EQ(application.rounds, 1);
    EXPECT_EQ(daemon->failures("alice"), 1);
}

TEST_F(ABus, WhoseDaemonDiesWithTheAnswerInItsHandsIsUnavailable) {
    daemon->intercept([](const Request& request) -> std::optional<Reaction> {
        return request.member == "Answer" ? std::make_optional<Reaction>(Leave{}) : std::nullopt;
    });
    Application application("alice");
    application.typed = {right_password()};
    EXPECT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
    EXPECT_THAT(application.seen_below("AUTHTOK"), testing::Optional(right_password()));
    daemon->stop();
}

TEST_F(ABus, WhoseDaemonIsReplacedWhileThePersonTypesGetsTheDialogAnew) {
    struct Restarter {
        FakeDaemon* daemon;
        static int converse(int count, const pam_message**, pam_response** responses, void* self) {
            static_cast<Restarter*>(self)->daemon->stop();
            static_cast<Restarter*>(self)->daemon->start();
            *responses = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
            (*responses)[count - 1].resp = ::strdup(right_password().c_str());
            return PAM_SUCCESS;
        }
    };
    Restarter restarter{&*daemon};
    Application application("alice");
    const pam_conv conversation{Restarter::converse, &restarter};
    application.set_item(PAM_CONV, &conversation);
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
}

TEST_F(ABus, WhoseDaemonCannotBeUnderstoodIsAServiceError) {
    for (const Reaction& reaction : {Reaction(Garbage{}), Reaction(BusError{"org.example.What", "what?"})}) {
        daemon->intercept([reaction](const Request&) -> std::optional<Reaction> { return reaction; });
        Application application("alice");
        EXPECT_EQ(application.authenticate(), PAM_SERVICE_ERR);
    }
}

TEST_F(ABus, WhoseDaemonRefusesToTalkSaysSoInPamsWords) {
    for (const auto& [name, result] : {std::pair{"org.loquet.Auth1.Error.Busy", PAM_MAXTRIES},
                                       std::pair{"org.loquet.Auth1.Error.Limited", PAM_MAXTRIES},
                                       std::pair{"org.loquet.Auth1.Error.Denied", PAM_PERM_DENIED},
                                       std::pair{"org.loquet.Auth1.Error.Unavailable", PAM_AUTHINFO_UNAVAIL},
                                       std::pair{SD_BUS_ERROR_UNKNOWN_OBJECT, PAM_AUTHINFO_UNAVAIL}}) {
        const BusError error{name, "because"};
        daemon->intercept([error](const Request&) -> std::optional<Reaction> { return error; });
        Application application("alice");
        EXPECT_EQ(application.authenticate(), result) << name;
        EXPECT_THAT(application.texts(PAM_PROMPT_ECHO_OFF), testing::IsEmpty());
        EXPECT_EQ(application.rounds, result == PAM_PERM_DENIED ? 0 : 1) << "and says that to the person";
    }
}

TEST_F(ABus, WhoseDaemonWaitsForSomethingIsAskedAgainUntilItIsDone) {
    int polls = 0;
    daemon->intercept([&](const Request& request) -> std::optional<Reaction> {
        if (request.member == "Answer" && ++polls == 3) {
            return protocol::Turn(protocol::Granted{"alice", Reason::none, {}});
        }
        return protocol::Turn(protocol::Wait{"Look at your telephone.", base::Milliseconds(30)});
    });
    Application application("alice");
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_THAT(application.drawn, ElementsAre(Drawn{PAM_TEXT_INFO, "Look at your telephone."}));
    EXPECT_TRUE(daemon->request(1).answers.empty());
}

TEST_F(ABus, WhoseDaemonWaitsLongerThanTheTimeoutIsWaitedForUntilItSaysSo) {
    for (const int result : {PAM_SUCCESS, PAM_AUTH_ERR}) {
        int polls = 0;
        daemon->intercept([&](const Request& request) -> std::optional<Reaction> {
            if (request.member != "Answer" || ++polls < 4) {
                return protocol::Turn(protocol::Wait{"Look at your telephone.", base::Milliseconds(400)});
            }
            return result == PAM_SUCCESS ? protocol::Turn(protocol::Granted{"alice", Reason::none, {}})
                                         : protocol::Turn(protocol::Denied{Reason::refused, {}, {}});
        });
        Application application("alice", {.options = "timeout=1"});
        EXPECT_EQ(application.authenticate(), result);
    }
}

TEST_F(ABus, IsNotStormedWhereItAsksToBePolledAtOnce) {
    constexpr int polled = 20;
    int polls = 0;
    daemon->intercept([&](const Request&) -> std::optional<Reaction> {
        if (++polls > polled) {
            return protocol::Turn(protocol::Granted{"alice", Reason::none, {}});
        }
        return protocol::Turn(protocol::Wait{"", base::Milliseconds(0)});
    });
    Application application("alice");
    const auto start = Clock::now();
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    EXPECT_GE(Clock::now() - start, polled * base::Milliseconds(20)) << "a pause between two polls";
}

TEST_F(ABus, HoldsNoDescriptorOfOursWhenThePhaseIsOver) {
    daemon->stop(); // its own descriptors come and go with its thread
    const int before = open_descriptors();
    daemon->start();
    Application application("alice");
    application.typed = {right_password()};
    ASSERT_EQ(application.authenticate(), PAM_SUCCESS);
    application.typed = {right_password(), next_password(), next_password()};
    ASSERT_EQ(application.change_password(), PAM_SUCCESS);
    Application dropped("alice");
    ASSERT_EQ(dropped.authenticate(), PAM_CONV_ERR);
    daemon->stop();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ABus, T18_NeverCarriesASecretAndNeitherDoesTheLog) {
    daemon->add("bob", {.password = right_password(), .code = std::string(canary::answer)});
    BusCapture capture(bus.address());
    Application application("bob", {.options = "debug"});
    application.typed = {right_password(), std::string(canary::answer)};
    EXPECT_EQ(application.authenticate(), PAM_SUCCESS);
    Application token("alice", {.options = "debug use_first_pass", .auth_above = "authtok=" + wrong_password()});
    EXPECT_EQ(token.authenticate(), PAM_AUTH_ERR);
    application.typed = {right_password(), next_password(), next_password()};
    EXPECT_EQ(application.change_password(), PAM_SUCCESS);
    const std::string travelled = capture.end();
    daemon->stop();
    EXPECT_THAT(travelled, testing::HasSubstr("change-password"));
    EXPECT_THAT(find_canaries(travelled), testing::IsEmpty());
}

TEST(ANaiveLogin, T18_WhosePasswordIsAnArgumentIsFoundOnTheBus) {
    const PrivateBus bus(PrivateBus::Capture::none);
    BusCapture capture(bus.address());
    auto naive = bus::Connection::at(bus.address());
    const auto call = naive.method_call("org.example.Naive", "/", "org.example.Naive", "Login");
    bus::Writer(call.get()).text(right_password());
    EXPECT_THROW((void)naive.call(call, patience), base::Error);
    EXPECT_THAT(find_canaries(capture.end()), testing::Not(testing::IsEmpty()));
}

} // namespace

} // namespace loquet::tests
