// SPDX-License-Identifier: LGPL-2.1-or-later
// `config check` with the built daemon and host of plugins, and with stand-ins that misbehave.
#include "lib/base/file.h"
#include "paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AConfigCheck : public testing::Test {
protected:
    AConfigCheck() {
        std::filesystem::copy_file(loquetctl_program(), folder_ / "loquetctl");
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
        install("loquet-plugin", "#!/bin/sh\nexit 0\n");
        // The daemon's own program, which looks for modules and sockets in the folder of the test.
        install("loquetd", "#!/bin/sh\nexec '" LOQUET_BINARY_DIR "/daemon/loquetd' --plugin-dir '" + folder_.path()
                               + "' --plugin-config-dir '" + folder_.path() + "' \"$@\"\n");
        std::filesystem::create_directories(folder_ / "run/plugins");
        for (const char* plugin : {"lockout", "password_rules", "totp", "recovery_codes"}) {
            add_plugin(plugin);
        }
    }
    /// Its module and the socket of its host; whether it answers, only the running daemon knows.
    void add_plugin(const std::string& name) const {
        install(name + ".so", "");
        install("run/plugins/" + name + ".sock", "");
    }
    void install(const std::string& name, const std::string& script) const {
        std::filesystem::remove(folder_ / name);
        base::replace_file(folder_ / name, script, 0755);
    }
    [[nodiscard]] tests::Outcome check(const std::string& configuration, const std::string& option = "") const {
        base::replace_file(folder_ / "loquet.toml",
                           configuration + "\n[runtime]\nfolder = '" + folder_.path() + "/run'\n", 0644);
        std::vector<std::string> command{folder_ / "loquetctl",
                                         "config",
                                         "check",
                                         "--config",
                                         folder_ / "loquet.toml",
                                         "--profiles",
                                         LOQUET_SOURCE_DIR "/etc/profiles",
                                         "--messages",
                                         LOQUET_SOURCE_DIR "/etc/messages",
                                         "--messages",
                                         folder_ / "texts"};
        if (!option.empty()) {
            command.insert(command.begin() + 1, option);
        }
        return tests::run({command, {}, {}});
    }
    tests::TempFolder folder_;
};

TEST_F(AConfigCheck, SaysOkWhereNothingIsWrong) {
    const tests::Outcome outcome = check("profile = 'default'\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
    EXPECT_EQ(outcome.output, "ok\n");
    EXPECT_EQ(check("", "--json").output, "{\"ok\":true,\"messages\":[]}\n");
}

TEST_F(AConfigCheck, NamesEachMistakeOfFilesAndTextsByFileLineAndColumn) {
    std::filesystem::create_directory(folder_ / "texts");
    std::filesystem::create_directory(folder_ / "loquet.toml.d");
    base::replace_file(folder_ / "texts/site.en.toml", "locked = \"Come back, {name}\"\n", 0644);
    base::replace_file(folder_ / "loquet.toml.d/x.toml", "\nprofil = 'apart'\n", 0644);
    const tests::Outcome outcome = check("log.level = 7\n");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("/loquet.toml:1:13: log.level"), HasSubstr("/x.toml:2:1: unknown key profil"),
                      HasSubstr("/texts/site.en.toml:1:10: {name}")));
    const json told = json::parse(check("log.level = 7\n", "--json").output);
    EXPECT_EQ(told.at("ok"), false);
    EXPECT_EQ(told.at("messages").size(), 3U);
}

TEST_F(AConfigCheck, TriesEachPluginThatIsConfigured) {
    install("loquet-plugin", "#!/bin/sh\n[ \"$2\" = totp ] || exit 0\necho totp.toml:3:1: no >&2\nexit 1\n");
    const tests::Outcome outcome = check("");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "plugin totp: totp.toml:3:1: no\n");
    install("loquet-plugin", "#!/bin/sh\n[ \"$2\" = lockout ] && kill -SEGV $$\nexit 0\n");
    EXPECT_EQ(check("").output, "plugin lockout: its check ended with 139 and said nothing\n");
}

TEST_F(AConfigCheck, NamesThePlaceOfAPluginThatIsNotInstalledOrHasNoSocket) {
    constexpr const char* a_sum = "[plugins.arithmetic]\nkind = 'step'\n"
                                  "[flow.login]\nsteps = ['password',\n  'arithmetic']\n";
    const tests::Outcome without_module = check(a_sum);
    EXPECT_EQ(without_module.exit_code, 1);
    EXPECT_THAT(
        without_module.output,
        AllOf(HasSubstr("/loquet.toml:5:3: flow.login: the plugin \"arithmetic\" cannot work: there is no module "),
              HasSubstr("/arithmetic.so: install it"), Not(HasSubstr("systemctl"))));
    install("arithmetic.so", "");
    const tests::Outcome without_socket = check(a_sum);
    EXPECT_EQ(without_socket.exit_code, 1);
    EXPECT_THAT(
        without_socket.output,
        AllOf(HasSubstr("/loquet.toml:5:3: flow.login: the plugin \"arithmetic\" cannot work: there is no socket "),
              HasSubstr("'systemctl enable --now loquet-plugin@arithmetic.socket' makes it")));
    add_plugin("arithmetic");
    EXPECT_EQ(check(a_sum).output, "ok\n");
}

TEST_F(AConfigCheck, NamesEachKindOfPlaceThatNamesAPlugin) {
    const std::string output = check("[plugins.guard]\nkind = 'lockout'\n[plugins.house]\nkind = 'password-rules'\n"
                                     "[plugins.gateway]\nkind = 'channel'\n[lockout]\nplugin = 'guard'\n"
                                     "[password]\nrules = 'house'\n[outbox]\nsms = ['gateway']\n")
                                   .output;
    EXPECT_THAT(output, AllOf(HasSubstr(":8:10: lockout.plugin: the plugin \"guard\" cannot work"),
                              HasSubstr(":10:9: password.rules: the plugin \"house\" cannot work"),
                              HasSubstr(":12:8: outbox.sms: the plugin \"gateway\" cannot work")));
}

TEST_F(AConfigCheck, FailsWhereTheDaemonsProgramDies) {
    install("loquetd", "#!/bin/sh\nkill -SEGV $$\n");
    const tests::Outcome died = check("");
    EXPECT_EQ(died.exit_code, 1);
    EXPECT_EQ(died.output, "the check of loquetd ended with 139 and said nothing\n");
}

class AConfigReload : public testing::Test {
protected:
    void answers(const std::vector<std::string>& mistakes, const std::vector<std::string>& at_restart = {}) {
        service_.on("ReloadConfiguration", [mistakes, at_restart](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                for (const auto& list : {mistakes, at_restart}) {
                    writer.array("s", [&] {
                        for (const std::string& each : list) {
                            writer.text(each);
                        }
                    });
                }
            });
        });
    }
    FakeService service_;
};

TEST_F(AConfigReload, SaysThatTheConfigurationIsInForce) {
    answers({});
    const tests::Outcome outcome = service_.run({"config", "reload"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "The configuration is in force.\n");
    EXPECT_EQ(service_.run({"--json", "config", "reload"}).output, "{\"ok\":true,\"messages\":[],\"at_restart\":[]}\n");
}

TEST_F(AConfigReload, NamesTheKeysThatWaitForARestart) {
    answers({}, {"accounts.authorisations", "store.folder"});
    const tests::Outcome outcome = service_.run({"config", "reload"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("but for accounts.authorisations, store.folder: "),
                                      HasSubstr("systemctl restart loquetd")));
}

TEST_F(AConfigReload, NamesEachMistakeAndWhatIsInForce) {
    answers({"/etc/loquet/loquet.toml:3:1: unknown key", "x:1:1: \x1b[31mred"});
    const tests::Outcome outcome = service_.run({"config", "reload"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("loquet.toml:3:1: unknown key\n"), HasSubstr("Nothing has changed"),
                                      Not(HasSubstr("\x1b"))));
    EXPECT_EQ(json::parse(service_.run({"--json", "config", "reload"}).output).at("messages").size(), 2U);
}

} // namespace
} // namespace loquet::cli
