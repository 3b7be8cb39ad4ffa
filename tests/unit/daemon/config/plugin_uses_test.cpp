// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"
#include "daemon/config/plugin_uses.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace loquet::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

/// The files in that order, each laid over the one before.
std::vector<PluginUse> uses_of(const std::vector<std::string>& texts) {
    Config config;
    Complaints complaints;
    int number = 0;
    for (const std::string& text : texts) {
        apply(text, std::to_string(++number) + ".toml", config, complaints);
    }
    EXPECT_THAT(complaints.lines(), testing::IsEmpty());
    return plugin_uses(config, complaints);
}

testing::Matcher<PluginUse> use(const char* instance, const char* key, const char* position, bool always) {
    return AllOf(Field(&PluginUse::instance, instance), Field(&PluginUse::key, key),
                 Field(&PluginUse::position, position), Field(&PluginUse::always, always));
}

TEST(AUseOfAPlugin, HasThePositionOfItsNameInTheLastFileThatSetsIt) {
    const auto uses =
        uses_of({"[flow.login]\nsteps = ['password', { any = ['totp', 'badge'] }]\n"
                 "[outbox]\nmail = ['post']\n",
                 "\n[flow.login]\nsteps = ['sum', 'password', { any = [\n'badge', 'ring'], at_least = 2 },"
                 " { optional = 'totp' }]\n[outbox]\nmail = [\n'other', 'post']\n"});
    EXPECT_THAT(uses, Contains(use("sum", "flow.login", "2.toml:3:10", true)));
    EXPECT_THAT(uses, Contains(use("badge", "flow.login", "2.toml:4:1", true)));
    EXPECT_THAT(uses, Contains(use("totp", "flow.login", "2.toml:4:48", false)));
    EXPECT_THAT(uses, Contains(use("post", "outbox.mail", "2.toml:7:10", false)));
    EXPECT_THAT(uses, Contains(use("lockout", "lockout.plugin", "(default of lockout.plugin)", true)));
    EXPECT_THAT(uses, Contains(use("totp", "flow.manage-secrets", "(default of flow.manage-secrets)", false)));
}

TEST(AUseOfAPlugin, IsNewWhereNobodyDependedOnThePluginAsMuch) {
    const auto now = uses_of({"[flow.login]\nsteps = ['password', { optional = 'badge' }]\n"});
    const auto is_new = [&](const char* text) {
        const auto uses = uses_of({text});
        return !std::all_of(uses.begin(), uses.end(), [&](const PluginUse& one) { return depends_already(now, one); });
    };
    EXPECT_FALSE(is_new("[flow.login]\nsteps = ['password', { any = ['badge'], at_least = 0 }]\n"));
    EXPECT_FALSE(is_new("[flow.unlock-screen]\nsteps = ['password', { optional = 'badge' }]\n"));
    EXPECT_TRUE(is_new("[flow.login]\nsteps = ['password', 'badge']\n")) << "nobody comes past it any more";
    EXPECT_TRUE(is_new("[flow.login]\nsteps = ['password', { optional = 'ring' }]\n"));
    EXPECT_TRUE(is_new("[lockout]\nplugin = 'guard'\n"));
}

class AMissingPart : public testing::Test {
protected:
    AMissingPart() { std::filesystem::create_directories(folder_ / "run/plugins"); }
    void add(const std::string& file, const std::string& text = "") const {
        base::replace_file(folder_ / file, text, 0644);
    }
    [[nodiscard]] std::string said(PluginKind kind = PluginKind::step) const {
        RuntimeConfig runtime;
        runtime.folder = folder_ / "run";
        PluginUse use;
        use.instance = "badge";
        use.kind = kind;
        use.plugin = plugin_;
        return missing_part(use, runtime, {folder_.path(), folder_.path()}).value_or("nothing");
    }
    tests::TempFolder folder_;
    std::string plugin_; ///< of the instance, in loquet.toml
};

TEST_F(AMissingPart, IsTheModuleBeforeTheSocket) {
    EXPECT_THAT(said(), HasSubstr("there is no module " + folder_ / "badge.so" + ": install it"));
    add("badge.so");
    EXPECT_THAT(said(), HasSubstr("there is no socket " + folder_ / "run/plugins/badge.sock"
                                  + ": 'systemctl enable --now loquet-plugin@badge.socket'"));
    EXPECT_THAT(said(PluginKind::channel), HasSubstr("loquet-channel@badge.socket"));
    add("run/plugins/badge.sock");
    EXPECT_EQ(said(), "nothing");
}

TEST_F(AMissingPart, IsTheModuleThatTheFileOfTheOptionsNames) {
    add("badge.so");
    add("badge.toml", "plugin = 'card'\n");
    EXPECT_THAT(said(), HasSubstr("/card.so: install it"));
    add("badge.toml", "plugin = \n");
    EXPECT_THAT(said(), HasSubstr("there is no socket")) << "its host says what is wrong with the file";
}

TEST_F(AMissingPart, IsTheModuleThatTheConfigurationNamesWhereTheOptionsCannotBeRead) {
    plugin_ = "card";
    add("badge.so");
    for (const char* const unreadable : {"plugin = \n", "plugin = 5\n"}) {
        add("badge.toml", unreadable);
        EXPECT_THAT(said(), HasSubstr("/card.so: install it"));
    }
    add("card.so");
    EXPECT_THAT(said(), HasSubstr("there is no socket"));
}

TEST_F(AMissingPart, IsOneNameOfThePluginWhereTheTwoFilesSayDifferentThings) {
    add("badge.so");
    add("card.so");
    add("run/plugins/badge.sock");
    const std::string options = folder_ / "badge.toml";
    const auto differ = [&](const std::string& one, const std::string& other) {
        return "[plugins.badge] of loquet.toml says that it is the plugin \"" + one + "\", but " + options
               + " that it is \"" + other + "\": write plugin = \"" + other
               + "\" in [plugins.badge] of loquet.toml if that is right, else plugin = \"" + one + "\" in " + options;
    };
    add("badge.toml", "plugin = 'card'\n");
    EXPECT_EQ(said(), differ("badge", "card"));
    plugin_ = "card";
    EXPECT_EQ(said(), "nothing");
    add("badge.toml", "plugin = 'other'\n");
    EXPECT_EQ(said(), differ("card", "other"));
    add("badge.toml", "digits = 6\n");
    EXPECT_EQ(said(), differ("card", "badge")) << "the host takes the name of the instance";
    std::filesystem::remove(options);
    EXPECT_EQ(said(), differ("card", "badge")) << "as it does without the file";
}

TEST_F(AMissingPart, IsToldWithThePlaceInTheConfigurationThatNamesAnotherPlugin) {
    add("badge.so");
    add("run/plugins/badge.sock");
    RuntimeConfig runtime;
    runtime.folder = folder_ / "run";
    const auto uses =
        uses_of({"[plugins.badge]\nkind = 'step'\nplugin = 'ring'\n", "[plugins.badge]\n plugin = 'card'\n"
                                                                      "[flow.login]\nsteps = ['password', 'badge']\n"});
    EXPECT_THAT(missing_parts(uses, runtime, {folder_.path(), folder_.path()}),
                Contains(AllOf(HasSubstr("2.toml:4:22: flow.login: the plugin \"badge\" cannot work: 2.toml:2:11: "
                                         "plugins.badge.plugin says that it is the plugin \"card\", but "),
                               HasSubstr("badge.toml that it is \"badge\": write plugin = \"badge\" in"))));
}

TEST_F(AMissingPart, IsToldInPrintableCharactersWhateverTheFileOfTheOptionsSays) {
    add("badge.toml", "plugin = \"\\u001b[2J\\nloquet.toml:1:1: forged\\u202e\"\n");
    for (const char* const named : {"", "card"}) {
        plugin_ = named;
        EXPECT_TRUE(base::is_printable(said())) << said();
        EXPECT_THAT(said(), HasSubstr("forged"));
    }
}

} // namespace
} // namespace loquet::config
