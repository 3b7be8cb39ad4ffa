// SPDX-License-Identifier: LGPL-2.1-or-later
// The lockout policy's process dies, hangs or lies: a login is answered in time all the same, the helpdesk can see what
// is wrong, and everything is as before once the process is well.
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/support/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace loquet::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr base::Milliseconds deadline{500};
constexpr base::Milliseconds in_time = deadline + base::Milliseconds(1000);
const char* const short_deadline = "[plugins.lockout]\nkind = \"lockout\"\ndeadline_ms = 500\n";

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
}

/// Each client gets packets that mean nothing, as many as fit, until this dies.
class Babbler {
public:
    explicit Babbler(const std::string& path) : listener_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
        const sockaddr_un address = address_of(path);
        if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
            || ::listen(listener_.get(), 16) != 0) {
            throw base::system_error(errno, "cannot listen in a plugin's place");
        }
        thread_ = std::thread([this] { babble(); });
    }
    ~Babbler() {
        stopping_ = true;
        thread_.join();
    }
    Babbler(const Babbler&) = delete;
    Babbler& operator=(const Babbler&) = delete;

private:
    void babble() {
        std::array<char, 1024> nonsense{};
        nonsense.fill('\xa5');
        while (!stopping_) {
            pollfd waiting{listener_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) {
                continue;
            }
            const base::Fd caller(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            pollfd writable{caller.get(), POLLOUT, 0};
            while (!stopping_ && ::poll(&writable, 1, 20) >= 0
                   && ((writable.revents & POLLOUT) == 0
                       || ::send(caller.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)) {
                if ((writable.revents & (POLLHUP | POLLERR)) != 0) {
                    break;
                }
            }
        }
    }

    base::Fd listener_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

class ALoginWithASickLockoutPolicy : public testing::Test {
protected:
    ALoginWithASickLockoutPolicy() { machine.create_account("alice", canary::password); }

    /// The check: right and wrong are told apart, each in time.
    void expect_answers_in_time() {
        for (const auto& [password, right] : {std::pair(canary::password, true), {canary::wrong_password, false}}) {
            const auto begun = std::chrono::steady_clock::now();
            EXPECT_EQ(granted(log_in(connection, {"alice", password})), right);
            EXPECT_LE(std::chrono::steady_clock::now() - begun, in_time);
        }
    }
    void expect_the_helpdesk_sees_it() {
        EXPECT_THAT(health(connection), HasSubstr("the lockout plugin does not answer"));
        EXPECT_NE(plugin_state(connection, "lockout"), "ready");
    }
    [[nodiscard]] std::vector<AuditRow> fallbacks() {
        std::vector<AuditRow> rows = read_audit(connection);
        std::erase_if(rows, [](const AuditRow& row) { return row.kind != "policy-fallback"; });
        return rows;
    }
    void expect_recovery() {
        EXPECT_TRUE(eventually([&] {
            return granted(log_in(connection, {"alice", canary::password}))
                   && health(connection).find("lockout") == std::string::npos
                   && plugin_state(connection, "lockout") == "ready";
        }));
    }

    Machine machine{with_lockout(no_delay, short_deadline)};
    bus::Connection connection = machine.connect();
};

TEST_F(ALoginWithASickLockoutPolicy, T24_IsAnsweredWhenItIsDead) {
    machine.plugins().stop("lockout");
    expect_answers_in_time();
    expect_the_helpdesk_sees_it();
    machine.plugins().start("lockout");
    expect_recovery();
}

TEST_F(ALoginWithASickLockoutPolicy, T24_LeavesOneRecordOfTheFallbackAndOneOfItsEndThatOutliveTheDaemon) {
    EXPECT_THAT(fallbacks(), IsEmpty());
    machine.plugins().stop("lockout");
    expect_answers_in_time();
    expect_answers_in_time();
    ASSERT_TRUE(eventually([&] { return !fallbacks().empty(); }));
    machine.plugins().start("lockout");
    expect_recovery();
    ASSERT_TRUE(eventually([&] { return fallbacks().size() == 2; }));

    machine.kill();
    machine.start();
    connection = machine.connect();
    const std::vector<AuditRow> rows = fallbacks();
    ASSERT_EQ(rows.size(), 2U) << "one of each, however many logins the strict policy judged";
    EXPECT_FALSE(rows[0].granted);
    EXPECT_THAT(rows[0].detail, HasSubstr("the plugin \"lockout\" cannot be used"));
    EXPECT_TRUE(rows[1].granted);
    EXPECT_EQ(rows[1].detail, "");
    for (const AuditRow& row : rows) {
        EXPECT_EQ(row.account, UINT32_MAX) << "it is about nobody";
    }
    EXPECT_EQ(broken_audit(connection), "");
}

TEST_F(ALoginWithASickLockoutPolicy, T24_IsAnsweredWhenItHangs) {
    machine.plugins().signal("lockout", SIGSTOP);
    expect_answers_in_time();
    expect_the_helpdesk_sees_it();
    machine.plugins().signal("lockout", SIGCONT);
    expect_recovery();
}

TEST_F(ALoginWithASickLockoutPolicy, T24_IsAnsweredWhenItTalksNonsenseWithoutEnd) {
    machine.plugins().stop("lockout");
    {
        const Babbler babbler(machine.folder() + "/run/plugins/lockout.sock");
        expect_answers_in_time();
        expect_the_helpdesk_sees_it();
    }
    ASSERT_EQ(::unlink((machine.folder() + "/run/plugins/lockout.sock").c_str()), 0);
    machine.plugins().start("lockout");
    expect_recovery();
}

TEST_F(ALoginWithASickLockoutPolicy, T24_WouldNotBeAnsweredByAClientThatJustWaits) {
    machine.plugins().signal("lockout", SIGSTOP);
    const sockaddr_un address = address_of(machine.folder() + "/run/plugins/lockout.sock");
    const base::Fd naive(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(naive.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::send(naive.get(), "?", 1, MSG_NOSIGNAL), 1);
    pollfd answered{naive.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&answered, 1, static_cast<int>(in_time.count())), 0) << "it answered, so it was not hanging";
    machine.plugins().signal("lockout", SIGCONT);
}

} // namespace
} // namespace loquet::tests
