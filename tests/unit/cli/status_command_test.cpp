// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

using Plugin = std::array<const char*, 5>; ///< instance, kind, version, state, detail

class AStatus : public testing::Test {
protected:
    void is(const char* health, const std::vector<Plugin>& plugins) {
        service_.on("GetAll", [health, plugins](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                writer.array("{sv}", [&] {
                    writer.entry("Version", std::string("0.1.0")).entry("Profile", std::string("default"));
                    writer.entry("SchemaVersion", "u", [&] { writer.u32(1); }).entry("Health", std::string(health));
                    writer.entry("Plugins", "aa{sv}", [&] { write(writer, plugins); });
                });
            });
        });
        service_.on("ListAccounts", [](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                writer.array("a{sv}", [&] {
                    writer.dictionary([&] {
                        writer.entry("path", "o", [&] { writer.object_path(alice_path); });
                        writer.entry("name", "alice").entry("uid", std::uint32_t{30000}).entry("state", "locked");
                    });
                });
                writer.text("");
            });
        });
    }
    static void write(bus::Writer& writer, const std::vector<Plugin>& plugins) {
        constexpr std::array keys{"instance", "kind", "version", "state", "detail"};
        writer.array("a{sv}", [&] {
            for (const Plugin& plugin : plugins) {
                writer.dictionary([&] {
                    for (std::size_t i = 0; i < keys.size(); ++i) {
                        writer.entry(keys.at(i), plugin.at(i));
                    }
                });
            }
        });
    }
    FakeService service_;
};

TEST_F(AStatus, IsGoodWhereEverythingWorks) {
    is("ok", {{"totp", "step", "", "idle", ""}});
    EXPECT_EQ(service_.run({"status"}).exit_code, 0) << "a plugin that nobody has needed yet is well";
    is("ok", {{"lockout", "lockout", "1.0", "ready", ""}});
    const tests::Outcome outcome = service_.run({"status"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "          Version: 0.1.0\n"
                              "     Store schema: 1\n"
                              "          Profile: default\n"
                              "           Health: ok\n"
                              "  Locked accounts: 1\n"
                              "Disabled accounts: 1\n"
                              "\n"
                              "Plugins:\n"
                              "NAME     KIND     VERSION  STATE  DETAIL\n"
                              "lockout  lockout  1.0      ready\n");
}

TEST_F(AStatus, SaysWhichPluginIsFailingAndWhatToDo) {
    is("ok", {{"lockout", "lockout", "1.0", "ready", ""},
              {"sums", "step", "", "absent", "nobody listens"},
              {"rules", "password-rules", "1.0", "quarantined", "it did not answer in time"}});
    const tests::Outcome outcome = service_.run({"status"});
    EXPECT_EQ(outcome.exit_code, 1) << "so that a monitor needs no parser";
    EXPECT_THAT(outcome.output, HasSubstr("The plugin sums is not running. 'systemctl enable --now "
                                          "loquet-plugin@sums.socket' starts it."));
    EXPECT_THAT(outcome.output,
                HasSubstr("The plugin rules is quarantined: it did not answer in time. 'loquetctl plugin "
                          "check rules' tests it"));
    EXPECT_THAT(outcome.output, Not(HasSubstr("plugin lockout")));
}

TEST_F(AStatus, TellsAProgramTheSame) {
    is("the store cannot be written", {{"sums", "step", "", "absent", ""}});
    const tests::Outcome outcome = service_.run({"--json", "status"});
    EXPECT_EQ(outcome.exit_code, 1);
    const json status = json::parse(outcome.output);
    EXPECT_EQ(status.at("health"), "the store cannot be written");
    EXPECT_EQ(status.at("plugins")[0].at("state"), "absent");
    EXPECT_EQ(status.at("to_do").size(), 1U);
}

TEST_F(AStatus, IsDeniedToThoseFromWhomTheServiceKeepsItsHealth) {
    service_.on("GetAll", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) {
            writer.dictionary([&] { writer.entry("Version", "0.1.0").entry("Profile", "default"); });
        });
    });
    for (const auto& command : {std::vector<std::string>{"status"}, {"plugin", "list"}}) {
        const tests::Outcome outcome = service_.run(command);
        EXPECT_EQ(outcome.exit_code, 3);
        EXPECT_THAT(outcome.errors, HasSubstr("read-accounts"));
        EXPECT_EQ(outcome.output, "") << "no health is not a good one";
    }
}

TEST_F(AStatus, ListsThePluginsAlone) {
    is("ok", {{"sums", "step", "0.1", "ready", ""}});
    EXPECT_EQ(service_.run({"plugin", "list"}).output,
              "NAME  KIND  VERSION  STATE  DETAIL\nsums  step  0.1      ready\n");
    EXPECT_EQ(json::parse(service_.run({"--json", "plugin", "list"}).output)[0].at("kind"), "step");
}

} // namespace
} // namespace loquet::cli
