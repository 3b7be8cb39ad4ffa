// SPDX-License-Identifier: LGPL-2.1-or-later
// A daemon that has no file descriptor left: libsystemd takes a descriptor that the kernel could not give for the end
// of the bus, and a careless daemon ended with it.
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace loquet::tests {

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* few = "hardly any file descriptor left";
constexpr const char* enough = "enough file descriptors again";

class ADaemonWithoutDescriptors : public CallersTest {
protected:
    void limit_descriptors(rlim_t most) {
        const rlimit limit{most, former_.rlim_max};
        ASSERT_EQ(::prlimit(machine_.daemon().pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
        limit_ = most;
    }
    [[nodiscard]] std::size_t free_numbers() {
        const std::string open = "/proc/" + std::to_string(machine_.daemon().pid()) + "/fd/";
        std::size_t free = 0;
        for (rlim_t number = 0; number < limit_; ++number) {
            free += std::filesystem::is_symlink(open + std::to_string(number)) ? 0U : 1U;
        }
        return free;
    }
    /// So that every number below the limit is taken.
    void use_up_descriptors() {
        const std::string open = "/proc/" + std::to_string(machine_.daemon().pid()) + "/fd/";
        rlim_t lowest_free = 0;
        while (std::filesystem::is_symlink(open + std::to_string(lowest_free))) {
            ++lowest_free;
        }
        ASSERT_NO_FATAL_FAILURE(limit_descriptors(lowest_free));
    }
    void give_descriptors_back() { ASSERT_NO_FATAL_FAILURE(limit_descriptors(former_.rlim_cur)); }
    void SetUp() override { ASSERT_EQ(::prlimit(machine_.daemon().pid(), RLIMIT_NOFILE, nullptr, &former_), 0); }

    /// A login in one call, with the password in a descriptor.
    [[nodiscard]] static bus::Message login(bus::Connection& connection) {
        protocol::Answers answers;
        answers.emplace_back(canary::password);
        const base::Fd sealed = protocol::seal_answers(answers);
        bus::Message call = manager_call(connection, "Begin");
        bus::Writer writer(call.get());
        writer.text("login").text("alice").dictionary([&] {
            writer.entry("service", "login");
            writer.entry("token", "h", [&] { writer.fd(sealed.get()); });
        });
        return call;
    }
    void send_login(std::string& state) {
        const auto answered = [](sd_bus_message* message, void* self, sd_bus_error*) {
            *static_cast<std::string*>(self) = sd_bus_message_is_method_error(message, nullptr) > 0
                                                   ? "error"
                                                   : state_in(bus::Message(sd_bus_message_ref(message)));
            return 0;
        };
        const bus::Message call = login(root_);
        bus::check(sd_bus_call_async(root_.raw(), nullptr, call.get(), answered, &state, 0), "cannot call");
        bus::check(sd_bus_flush(root_.raw()), "cannot call");
    }
    [[nodiscard]] bool is_answered(const std::string& state) {
        return eventually([&] {
            while (bus::check(sd_bus_process(root_.raw(), nullptr), "cannot read") > 0) {
            }
            return !state.empty();
        });
    }
    /// Or the daemon has said that there are few descriptors, and not even those of one message are left of its
    /// reserve, which it gave back before: it reads nothing then.
    [[nodiscard]] bool is_answered_or_left_unread(const std::string& state, std::size_t said_before) {
        return eventually([&] {
            while (bus::check(sd_bus_process(root_.raw(), nullptr), "cannot read") > 0) {
            }
            return !state.empty() || (said(few) > said_before && free_numbers() < limits::message_descriptors);
        });
    }
    static std::string state_in(const bus::Message& answer) {
        bus::Reader reader(answer.get());
        (void)reader.object_path();
        return std::string(reader.text(64));
    }
    [[nodiscard]] std::size_t said(const std::string& words) const {
        const std::string log = machine_.log();
        std::size_t times = 0;
        for (std::size_t at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) {
            ++times;
        }
        return times;
    }
    [[nodiscard]] std::string health() {
        bus::Message get =
            root_.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Properties", "Get");
        bus::Writer(get.get()).text(protocol::manager_interface).text("Health");
        const bus::Message answer = root_.call(get, call_timeout);
        const char* value = nullptr;
        bus::check(sd_bus_message_read(answer.get(), "v", "s", &value), "cannot read");
        return value;
    }

    rlimit former_{};
    rlim_t limit_ = 0;
    bus::Connection root_ = connect_as(0);
};

TEST_F(ADaemonWithoutDescriptors, LetsPeopleLogInAndSaysItOnce) {
    use_up_descriptors();
    for (int logins = 0; logins < 20; ++logins) {
        EXPECT_EQ(state_in(root_.call(login(root_), call_timeout)), "granted") << logins;
    }
    EXPECT_THAT(health(), HasSubstr("file descriptor"));
    EXPECT_TRUE(eventually([&] { return said(few) == 1; })) << machine_.log();
    give_descriptors_back();
    EXPECT_EQ(state_in(root_.call(login(root_), call_timeout)), "granted");
    EXPECT_TRUE(eventually([&] { return said(enough) == 1; })) << machine_.log();
    EXPECT_THAT(health(), Not(HasSubstr("file descriptor")));
    EXPECT_EQ(said(few), 1U);
}

TEST_F(ADaemonWithoutDescriptors, ReadsNoCallWhileNotEvenTheReserveIsLeftAndAnswersAfterwards) {
    limit_descriptors(3);
    std::string state;
    send_login(state);
    EXPECT_TRUE(eventually([&] { return said(few) == 1; })) << machine_.log();
    EXPECT_TRUE(machine_.daemon().running());
    give_descriptors_back();
    EXPECT_TRUE(is_answered(state));
    EXPECT_EQ(state, "granted");
}

TEST_F(ADaemonWithoutDescriptors, LivesHoweverManyAreLeftWhenAPasswordArrives) {
    for (rlim_t most = 1; most < limits::reserved_descriptors + 16; ++most) {
        SCOPED_TRACE(most);
        const std::size_t said_before = said(few);
        limit_descriptors(most);
        std::string state;
        send_login(state);
        ASSERT_TRUE(is_answered_or_left_unread(state, said_before)) << machine_.log();
        give_descriptors_back();
        ASSERT_TRUE(is_answered(state));
        ASSERT_TRUE(machine_.daemon().running());
        ASSERT_EQ(refusal(root_, list_accounts(root_)), std::nullopt);
        ASSERT_TRUE(eventually([&] { return said(enough) == said(few); })) << machine_.log();
    }
    EXPECT_EQ(state_in(root_.call(login(root_), call_timeout)), "granted");
}

// Each holds the descriptor that it brought while a person is asked whether it may.
TEST_F(ADaemonWithoutDescriptors, RefusesCallsThatWouldHoldTheRestAndServesTheOthers) {
    FakePolkit polkit(machine_.bus().address());
    polkit.behave(FakePolkit::Manner::is_silent);
    use_up_descriptors();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const base::Fd reading(ends[0]);
    const base::Fd writing(ends[1]);
    int refused = 0;
    const auto answered = [](sd_bus_message* message, void* self, sd_bus_error*) {
        if (sd_bus_message_is_method_error(message, "org.loquet.Auth1.Error.Busy") > 0) {
            ++*static_cast<int*>(self);
        }
        return 0;
    };
    std::vector<bus::Connection> helpers;
    helpers.push_back(connect_as(alice_.uid));
    helpers.push_back(connect_as(bob_.uid));
    for (bus::Connection& helper : helpers) {
        for (std::size_t calls = 0; calls < 12; ++calls) { // of 16 questions that one user may have
            const bus::Message import = manager_call(helper, "Import");
            bus::Writer(import.get()).fd(reading.get()).dictionary([] {});
            bus::check(sd_bus_call_async(helper.raw(), nullptr, import.get(), answered, &refused, 0), "cannot call");
        }
    }
    EXPECT_TRUE(eventually([&] {
        for (bus::Connection& helper : helpers) {
            while (bus::check(sd_bus_process(helper.raw(), nullptr), "cannot read") > 0) {
            }
        }
        return refused > 0;
    }));
    EXPECT_EQ(refusal(root_, login(root_)), base::Error::Kind::busy) << "it brings one, too, and may try again";
    EXPECT_EQ(refusal(root_, list_accounts(root_)), std::nullopt) << "what brings none is served";
    helpers.clear();
    EXPECT_TRUE(eventually([&] { return !refusal(root_, login(root_)); })) << "what was held came back";
    EXPECT_TRUE(machine_.daemon().running());
}

} // namespace

} // namespace loquet::tests
