// SPDX-License-Identifier: LGPL-2.1-or-later
// A mail server of tests/support on the loopback, and the channel that knows it. A test's thread.
#pragma once

#include "paths.h"
#include "plugins/smtp/smtp_channel.h"
#include "tests/support/channel_driver.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace loquet::plugins_smtp {

class AMailServer : public testing::Test {
protected:
    using Driver = tests::ChannelDriver<SmtpChannel>;

    /// A server of this behaviour, and a channel that knows it; `tls`: from the first octet.
    void begin(const std::string& behaviour, bool tls = true) {
        server_.emplace(tests::Command{
            {"/usr/bin/python3", "-B", LOQUET_SOURCE_DIR "/tests/support/smtp_server.py", folder_.path(), behaviour},
            {},
            {}});
        ASSERT_TRUE(tests::eventually(
            [&] { return server_->output().find('\n') != std::string::npos || !server_->running(); }));
        ASSERT_THAT(server_->output(), testing::StartsWith("PORT ")) << server_->errors();
        const std::string secret = folder_ / "password";
        std::ofstream(secret) << password_ << "\n";
        ASSERT_EQ(::chmod(secret.c_str(), 0600), 0);
        options_.set("server", "localhost")
            .set("port", std::stoll(server_->output().substr(5)))
            .set("security", tls ? "tls" : "starttls")
            .set("ca_file", folder_ / "ca.pem")
            .set("user", tls ? "" : "otp")
            .set("password_file", secret)
            .set("from", "kiosk@example.org")
            .set("from_name", "Loquet à l'accueil")
            .set("our_name", "kiosk.example.org")
            .set("dsn", 0, LOQUET_OPTION_BOOLEAN)
            .set("bounces", "")
            .set("connections", 8)
            .set("connect_seconds", 10)
            .set("seconds", 20);
    }
    Driver& channel() {
        if (!channel_) {
            channel_.emplace(options_);
        }
        return *channel_;
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream file(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] std::size_t times(const std::string& what) const {
        const std::string wire = content("wire");
        std::size_t count = 0;
        for (std::size_t at = wire.find(what); at != std::string::npos; at = wire.find(what, at + 1)) {
            ++count;
        }
        return count;
    }

    tests::TempFolder folder_;
    std::string password_ = "relay-pw";
    tests::ChannelOptions options_;

private:
    std::optional<tests::Process> server_;
    std::optional<Driver> channel_;
};

} // namespace loquet::plugins_smtp
