// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls that nobody has to answer soon: what an outsider can make the daemon hold by them, and for how long.
#include "lib/base/limits.h"
#include "tests/support/loop_runner.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

namespace loquet::tests {

namespace {

using base::Error;
using testing::SizeIs;

constexpr std::size_t open_for_a_moment = 8; ///< by the daemon's threads: the directory's files, a plugin's socket

class AnOutsidersCalls : public CallersTest {
protected:
    AnOutsidersCalls() : polkit_(machine_.bus().address()) {
        polkit_.behave(FakePolkit::Manner::waits_for_a_person);
        polkit_.allow({"org.loquet.auth1.read-accounts"});
    }

    [[nodiscard]] std::size_t descriptors() {
        const std::filesystem::directory_iterator all("/proc/" + std::to_string(machine_.daemon().pid()) + "/fd");
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
    [[nodiscard]] std::size_t resident_kib() {
        std::ifstream status("/proc/" + std::to_string(machine_.daemon().pid()) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmRSS:")) {
                return std::stoul(line.substr(6));
            }
        }
        return 0;
    }
    /// A call to which the answer is only counted.
    void send(bus::Connection& outsider, bus::Message message) { tasks_.spawn(ask(outsider, std::move(message))); }
    base::Task<void> ask(bus::Connection& outsider, bus::Message message) {
        auto asking = outsider.call_async(std::move(message), call_timeout);
        const bus::Message answer = co_await asking;
        ++served_;
    }

    FakePolkit polkit_;
    bus::Loop loop_;
    std::size_t served_ = 0;
    std::map<Error::Kind, std::size_t> refused_;
    base::TaskGroup tasks_{[this](const std::exception_ptr& failure) {
        ++refused_[kind_of_error([&] { std::rethrow_exception(failure); }).value_or(Error::Kind::internal)];
    }};
};

TEST_F(AnOutsidersCalls, LeavePolkitToTheHelpdesk) {
    constexpr std::size_t questions = 140; // more than the bus lets one program wait for
    bus::Connection outsider = connect_as(bob_.uid);
    outsider.attach(loop_);
    const std::size_t before = descriptors();
    for (std::size_t i = 0; i < questions; ++i) {
        send(outsider, list_accounts(outsider, true));
    }
    std::size_t put = 0;
    ASSERT_TRUE(eventually(loop_, [&] {
        put += polkit_.take_questions().size();
        return refused_[Error::Kind::busy] == questions - limits::polkit_dialogs_per_uid
               && put >= limits::polkit_dialogs_per_uid;
    }));
    EXPECT_EQ(put, limits::polkit_dialogs_per_uid) << "and the others were not asked";
    EXPECT_LE(descriptors(), before + open_for_a_moment);

    bus::Connection helper = connect_as(alice_.uid);
    EXPECT_EQ(refusal(helper, list_accounts(helper)), std::nullopt) << "another user is served";
    bus::Connection asking = connect_as(alice_.uid);
    asking.attach(loop_);
    send(asking, list_accounts(asking, true));
    std::size_t asked = 0;
    EXPECT_TRUE(eventually(loop_, [&] {
        asked += polkit_.take_questions().size();
        return asked == 2; // the one that was answered, and one that a person is asked now
    }));
}

TEST_F(AnOutsidersCalls, AreTakenBackFromPolkitWhenTheOutsiderLeaves) {
    std::set<std::string> asked;
    {
        bus::Connection outsider = connect_as(bob_.uid);
        outsider.attach(loop_);
        for (std::size_t i = 0; i < limits::polkit_dialogs_per_uid + 1; ++i) {
            send(outsider, list_accounts(outsider, true));
        }
        ASSERT_TRUE(eventually(loop_, [&] {
            for (const FakePolkit::Question& question : polkit_.take_questions()) {
                asked.insert(question.cancellation);
            }
            return refused_[Error::Kind::busy] == 1 && asked.size() == limits::polkit_dialogs_per_uid;
        }));
        sd_bus_close(outsider.raw());
    }
    EXPECT_TRUE(eventually([&] { return polkit_.cancelled() == asked; }));

    // There is room again for the same user.
    polkit_.behave(FakePolkit::Manner::answers);
    bus::Connection again = connect_as(bob_.uid);
    EXPECT_TRUE(eventually([&] { return refusal(again, list_accounts(again, true)) == std::nullopt; }));
}

TEST_F(AnOutsidersCalls, KeepNoMemoryBusyHoweverMuchTheyCarry) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer keeps what was given back";
#endif
    const std::string large(30 << 20, 'x');
    bus::Connection outsider = connect_as(bob_.uid);
    const std::size_t before = resident_kib();
    for (int i = 0; i < 5; ++i) {
        bus::Message message = manager_call(outsider, "ListAccounts");
        bus::Writer writer(message.get());
        writer.text("").u32(10).dictionary([&] { writer.entry("state", large); });
        bus::check(sd_bus_message_set_allow_interactive_authorization(message.get(), 1), "cannot allow a question");
        EXPECT_EQ(refusal(outsider, message), Refusal(Error::Kind::invalid));
    }
    EXPECT_THAT(polkit_.take_questions(), SizeIs(0)) << "refused before anybody was asked";
    EXPECT_LT(resident_kib(), before + 3 * 30 * 1024) << "less than most of them";
}

TEST_F(AnOutsidersCalls, BringOneDescriptorAtMost) {
    const base::Fd file(::memfd_create("a file", MFD_CLOEXEC));
    bus::Connection outsider = connect_as(bob_.uid);
    const std::size_t before = descriptors();
    const auto begin = [&](int count) {
        bus::Message message = manager_call(outsider, "Begin");
        bus::Writer writer(message.get());
        writer.text("login").text("bob").dictionary([&] {
            for (int i = 0; i < count; ++i) {
                writer.entry(("x" + std::to_string(i)).c_str(), "h", [&] { writer.fd(file.get()); });
            }
        });
        return error_name(outsider, message);
    };
    EXPECT_EQ(begin(0), "");
    EXPECT_EQ(begin(1), "org.loquet.Auth1.Error.Invalid") << "nobody knows a key of that name";
    EXPECT_EQ(begin(2), SD_BUS_ERROR_ACCESS_DENIED) << "the bus does not let it through";
    EXPECT_EQ(begin(16), SD_BUS_ERROR_ACCESS_DENIED);
    EXPECT_LE(descriptors(), before + open_for_a_moment);
}

TEST_F(AnOutsidersCalls, AreAsLongAsTheLongestAccountAndNoLonger) {
    bus::Connection root = connect_as(0);
    const auto create = [&](std::size_t bytes) {
        bus::Message message = manager_call(root, "CreateAccount");
        bus::Writer writer(message.get());
        writer.dictionary([&] {
            writer.entry("name", "carol").entry("display_name", std::string(limits::display_name_bytes, 'c'));
            writer.entry("home", "/" + std::string(limits::account_path_bytes - 1, 'h'));
            writer.entry("shell", "/" + std::string(limits::account_path_bytes - 1, 's'));
            writer.entry("authorisations", "as", [&] {
                writer.array("s", [&] {
                    for (std::size_t i = 0; i < limits::authorisations_per_account; ++i) {
                        std::string service = std::to_string(i);
                        service.resize(limits::authorisation_bytes, 's');
                        writer.text(service);
                    }
                });
            });
            writer.entry("locale", std::string(bytes, 'l'));
        });
        return refusal(root, message);
    };
    EXPECT_EQ(create(5), std::nullopt);
    EXPECT_EQ(create(limits::call_bytes), Refusal(Error::Kind::invalid));
}

} // namespace

} // namespace loquet::tests
