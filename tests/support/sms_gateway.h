// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: the channel, and an HTTP server on the loopback that records what Python's parsers make of each request.
#pragma once

#include "paths.h"
#include "plugins/sms_http/sms_http_channel.h"
#include "tests/support/channel_driver.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugins_sms_http {

constexpr const char* number = "+33612345678";

class AGateway : public testing::Test {
protected:
    using Driver = tests::ChannelDriver<SmsHttpChannel>;

    AGateway()
        : server_(
              {{"/usr/bin/python3", "-B", LOQUET_SOURCE_DIR "/tests/support/http_server.py", folder_.path()}, {}, {}}) {
    }

    void SetUp() override {
        ASSERT_TRUE(
            tests::eventually([&] { return server_.output().find('\n') != std::string::npos || !server_.running(); }));
        ASSERT_THAT(server_.output(), testing::StartsWith("PORT ")) << server_.errors();
        options_.set("url", url("/200"))
            .set("notation", "form")
            .set_list("fields", {"to={number}", "text={text}"})
            .set_list("headers", {})
            .set_list("success_status", {"200", "202"})
            .set_list("ranges", {"+336xxxxxxxx"})
            .set("unicode", "transliterate")
            .set("most_segments", 3)
            .set("plain_http", 1, LOQUET_OPTION_BOOLEAN)
            .set("near_addresses", 1, LOQUET_OPTION_BOOLEAN)
            .set("connections", 8)
            .set("connect_seconds", 10)
            .set("seconds", 20);
        for (const char* name : {"user", "secret_file", "success", "failure", "later", "reference", "ca_file",
                                 "report_url", "report_delivered", "report_failed"}) {
            options_.set(name, "");
        }
    }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://localhost:" + std::to_string(std::stoi(server_.output().substr(5))) + path;
    }
    sdk::DeliveryOutcome deliver(const tests::TestDelivery& letter = {.destination = number}) {
        driver_.emplace(options_);
        return driver_->deliver(letter);
    }
    /// Of the channel that was made last.
    [[nodiscard]] const std::string& logged() const { return driver_->logged(); }
    /// A channel of the options as they are.
    Driver& channel() { return driver_.emplace(options_); }
    [[nodiscard]] std::vector<nlohmann::json> requests() const {
        std::vector<nlohmann::json> all;
        std::ifstream file(folder_ / "requests");
        for (std::string line; std::getline(file, line);) {
            all.push_back(nlohmann::json::parse(line));
        }
        return all;
    }

    tests::TempFolder folder_;
    tests::ChannelOptions options_;

private:
    tests::Process server_;
    std::optional<Driver> driver_;
};

} // namespace loquet::plugins_sms_http
