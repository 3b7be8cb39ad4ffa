// SPDX-License-Identifier: LGPL-2.1-or-later
// A service that comes to its last file descriptors, on a bus that lets one message bring as many as the system bus
// does.
#include "lib/base/limits.h"
#include "lib/bus/connection.h"
#include "tests/support/error_kind.h"
#include "tests/support/eventually.h"
#include "tests/support/private_bus.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <new>
#include <string>

namespace loquet::bus {
namespace {

constexpr const char* service_name = "org.loquet.Test";
constexpr base::Milliseconds patience_for_all = std::chrono::seconds(60);
constexpr std::size_t small = 0;
constexpr std::size_t more_than_a_socket_takes = std::size_t{4} << 20U; ///< so that it arrives in many pieces

/// In a process that ends with its bus, as a service does.
class AServiceWithFewDescriptors : public testing::Test {
protected:
    AServiceWithFewDescriptors() : pid_(::fork()) {
        if (pid_ == 0) {
            serve(bus_.address());
        }
        former_ = rlimit{};
        EXPECT_EQ(::prlimit(pid_, RLIMIT_NOFILE, nullptr, &former_), 0);
        EXPECT_TRUE(tests::eventually([&] { return answers(); }));
    }
    ~AServiceWithFewDescriptors() override {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::munmap(few_, sizeof(Flag));
    }

    /// So many numbers are free below the limit, once the reserve is given back. Its numbers are among the lowest.
    void leave_free(std::size_t count) {
        const std::string open = "/proc/" + std::to_string(pid_) + "/fd/";
        rlim_t numbers = 0;
        for (std::size_t free = 0; free < count; ++numbers) {
            std::error_code none;
            const std::string file = std::filesystem::read_symlink(open + std::to_string(numbers), none).string();
            free += none || is_of_the_reserve(numbers, file) ? 1U : 0U;
        }
        limit(numbers);
    }
    void leave_all_free() {
        limit(former_.rlim_cur);
        anchor_.clear();
    }
    /// Answered later, or never.
    void send_descriptors(std::size_t count, std::size_t bytes) {
        const base::Fd file(::memfd_create("a file", MFD_CLOEXEC));
        const Message message = client_.method_call(service_name, "/", service_name, "Take");
        Writer writer(message.get());
        writer.array("h", [&] {
            for (std::size_t i = 0; i < count; ++i) {
                writer.fd(file.get());
            }
        });
        const std::string body(bytes, 'x');
        check(sd_bus_message_append_array(message.get(), 'y', body.data(), body.size()), "cannot write");
        const auto answered = [](sd_bus_message* /*answer*/, void* self, sd_bus_error*) {
            ++*static_cast<std::size_t*>(self);
            return 0;
        };
        check(sd_bus_call_async(client_.raw(), nullptr, message.get(), answered, &answered_, UINT64_MAX),
              "cannot call");
        ++sent_;
        check(sd_bus_flush(client_.raw()), "cannot call");
    }
    /// Everything is answered, or the service reads nothing any more: it has said that there are few descriptors, and
    /// not even those of one message are left of its reserve, which it gave back before.
    [[nodiscard]] bool comes_to_its_end_or_a_stop() {
        return tests::eventually([&] {
            while (check(sd_bus_process(client_.raw(), nullptr), "cannot read") > 0) {
            }
            return answered_ == sent_ || (*few_ && free_numbers() < limits::message_descriptors);
        });
    }
    [[nodiscard]] bool has_enough_again() {
        return tests::eventually([&] { return answers() && !*few_; });
    }
    [[nodiscard]] bool everything_is_answered() {
        return tests::eventually([&] {
            while (check(sd_bus_process(client_.raw(), nullptr), "cannot read") > 0) {
            }
            return answered_ == sent_;
        });
    }
    [[nodiscard]] bool answers() {
        const Message ping = client_.method_call(service_name, "/", "org.freedesktop.DBus.Peer", "Ping");
        return !tests::kind_of_error([&] { (void)client_.call(ping, patience_for_all); });
    }
    [[nodiscard]] bool lives() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

private:
    using Flag = std::atomic<bool>;
    static_assert(Flag::is_always_lock_free, "two processes share it");

    [[nodiscard]] static Flag* make_shared_flag() {
        void* const place = ::mmap(nullptr, sizeof(Flag), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        return place == MAP_FAILED ? throw std::bad_alloc() : new (place) Flag(false);
    }
    [[noreturn]] void serve(const std::string& address) {
        try {
            Loop loop;
            loop.on_few_descriptors([this](bool few) { *few_ = few; });
            Connection connection = Connection::at(address);
            connection.attach(loop);
            connection.on_disconnect([] { ::_exit(1); });
            connection.own_name(service_name);
            loop.run();
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the status says it
        }
        ::_exit(1);
    }
    void limit(rlim_t most) {
        const rlimit limit{most, former_.rlim_max};
        ASSERT_EQ(::prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr), 0);
        limit_ = most;
    }
    [[nodiscard]] std::size_t free_numbers() const {
        const std::string open = "/proc/" + std::to_string(pid_) + "/fd/";
        std::size_t free = 0;
        for (rlim_t number = 0; number < limit_; ++number) {
            free += std::filesystem::is_symlink(open + std::to_string(number)) ? 0U : 1U;
        }
        return free;
    }
    /// The reserve is the first eventfd of the process and what follows it without a gap.
    [[nodiscard]] bool is_of_the_reserve(rlim_t number, const std::string& file) {
        if (file.find("eventfd") == std::string::npos) {
            return false;
        }
        if (anchor_.empty()) {
            anchor_ = file;
            first_ = number;
            return false;
        }
        return number <= first_ + limits::reserved_descriptors;
    }

    tests::PrivateBus bus_{tests::PrivateBus::Capture::none};
    Flag* few_ = make_shared_flag(); ///< set by the service; before the process, which shares it
    pid_t pid_;
    rlimit former_{};
    rlim_t limit_ = 0;
    Connection client_ = Connection::at(bus_.address());
    std::string anchor_;
    rlim_t first_ = 0;
    std::size_t sent_ = 0;
    std::size_t answered_ = 0;
};

constexpr std::size_t most_left = 56; ///< more than the reserve

TEST_F(AServiceWithFewDescriptors, LivesAndAnswersAfterAMessageWithAsManyAsTheBusLetsOneHave) {
    for (std::size_t left = 0; left <= most_left; ++left) {
        SCOPED_TRACE(left);
        leave_free(left);
        send_descriptors(limits::message_descriptors, small);
        send_descriptors(1, small);
        ASSERT_TRUE(comes_to_its_end_or_a_stop());
        leave_all_free();
        ASSERT_TRUE(everything_is_answered());
        ASSERT_TRUE(lives());
        ASSERT_TRUE(has_enough_again());
    }
}

// The first piece brings the descriptors, and the rest has to be read for them to be given back.
TEST_F(AServiceWithFewDescriptors, ReadsAMessageToItsEndAlsoWhenTheDescriptorsOfItsBeginningAreAmongTheLast) {
    leave_free(limits::reserved_descriptors);
    for (int times = 0; times < 4; ++times) {
        send_descriptors(limits::message_descriptors, more_than_a_socket_takes);
        ASSERT_TRUE(everything_is_answered());
    }
    EXPECT_TRUE(answers()) << "and nothing was given back by somebody else";
}

TEST_F(AServiceWithFewDescriptors, GoesOnWhenThereAreEnoughAgainThoughItStoppedInTheMiddleOfAMessage) {
    for (std::size_t left = 0; left <= most_left; left += 7) {
        SCOPED_TRACE(left);
        leave_free(left);
        send_descriptors(limits::message_descriptors, more_than_a_socket_takes);
        ASSERT_TRUE(comes_to_its_end_or_a_stop());
        leave_all_free();
        ASSERT_TRUE(everything_is_answered());
        ASSERT_TRUE(lives());
        ASSERT_TRUE(has_enough_again());
    }
}

} // namespace
} // namespace loquet::bus
