// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: a process at a plugin's socket that is no loquet-plugin, in the loop of its client.
#pragma once

#include "daemon/plugins/plugin_client.h"
#include "lib/base/limits.h"
#include "plugin_host/server.h"
#include "tests/unit/daemon/plugins/await.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace loquet::plugins {

/// The real time, and as much more as a test says.
class JumpingClock final : public base::Clock {
public:
    [[nodiscard]] base::Milliseconds wall() const override { return real_.wall(); }
    [[nodiscard]] base::Milliseconds boottime() const override { return real_.boottime() + ahead; }
    [[nodiscard]] const std::string& boot_id() const override { return real_.boot_id(); }
    base::Milliseconds ahead{0};

private:
    base::SystemClock real_;
};

class ALyingHost : public testing::Test {
protected:
    static constexpr base::Milliseconds deadline{300};
    using Reply = base::Function<void(int connection, const protocol::Frame& request)>;

    void SetUp() override {
        std::string form = std::filesystem::temp_directory_path() / "loquet-lying-XXXXXX";
        ASSERT_NE(::mkdtemp(form.data()), nullptr);
        folder_ = form;
        listener_ = plugin_host::make_listener(folder_ + "/liar.sock");
        accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
        client_ = std::make_unique<PluginClient>(loop_, clock_, instance(deadline),
                                                 [this] { states_.push_back(client_->status().state); });
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// That is asked when a test asks it, and not in between.
    [[nodiscard]] InstanceConfig instance(base::Milliseconds within) const {
        return {.name = "liar",
                .kind = protocol::PluginKind::lockout,
                .socket_path = folder_ + "/liar.sock",
                .deadline = within,
                .first_pause = std::chrono::hours(1)};
    }

    void accept() {
        connection_ = base::Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        ++accepted_;
        reading_ = bus::Source{};
        if (connection_) {
            reading_ = loop_.watch(connection_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
        }
    }

    void receive() {
        std::vector<std::uint8_t> packet(limits::plugin_frame_bytes);
        const ssize_t size = ::recv(connection_.get(), packet.data(), packet.size(), 0);
        if (size <= 0) {
            reading_ = bus::Source{};
            return;
        }
        const auto frame = protocol::decode_frame(std::span(packet).first(static_cast<std::size_t>(size)));
        if (frame.kind == protocol::FrameKind::describe_request && !lies_at_once_) {
            describe(frame.header.serial);
        } else if (reply_) {
            reply_(connection_.get(), frame);
        }
    }

    void send(std::span<const std::uint8_t> packet) const {
        (void)!::send(connection_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    void describe(std::uint32_t serial) const {
        send(protocol::encode(protocol::FrameHeader{serial, {}},
                              protocol::DescribeResponse{"liar", kind_, calls_itself_, "1", "", {}}));
    }

    base::Task<protocol::Judgement> judge() { return client_->call<protocol::Judgement>(protocol::JudgeRequest{}); }

    void expect_failure(const std::string& detail) {
        const base::Milliseconds before = clock_.boottime();
        const auto error = tests::error_of(loop_, judge());
        EXPECT_EQ(error, base::Error::Kind::unavailable);
        EXPECT_LT(clock_.boottime() - before, deadline + base::Milliseconds(1000));
        while (client_->status().state == PluginState::ready || client_->status().state == PluginState::connecting) {
            loop_.run_once(
                base::Milliseconds(1000)); // a silent one is judged when it owed an answer for a whole deadline
        }
        EXPECT_EQ(client_->status().state, PluginState::failing);
        EXPECT_THAT(client_->status().detail, testing::HasSubstr(detail));
    }

    bus::Loop loop_;
    JumpingClock clock_;
    std::string folder_;
    base::Fd listener_;
    base::Fd connection_;
    bus::Source accepting_;
    bus::Source reading_;
    Reply reply_;
    bool lies_at_once_ = false;
    protocol::PluginKind kind_ = protocol::PluginKind::lockout;
    std::string calls_itself_ = "liar";
    int accepted_ = 0;
    std::vector<PluginState> states_;
    std::unique_ptr<PluginClient> client_;
};

} // namespace loquet::plugins
