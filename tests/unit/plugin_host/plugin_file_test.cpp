// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/plugin_file.h"
#include "tests/fixtures/plugins/plugin_process.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace loquet::plugin_host {

namespace {

using testing::HasSubstr;

std::string complaint_about(const std::string& name) {
    try {
        const PluginFile file(tests::plugin_fixtures(), name);
    } catch (const base::Error& error) {
        return error.what();
    }
    return "nothing";
}

TEST(APluginFile, KnowsItsKindNameAndFacts) {
    const PluginFile step(tests::plugin_fixtures(), "misbehaving_step");
    EXPECT_EQ(step.kind(), protocol::PluginKind::step);
    EXPECT_STREQ(step.manifest().name, "misbehaving_step");
    EXPECT_EQ(step.facts(), (std::vector<std::string>{"name", "mail_masked"}));
    EXPECT_EQ(PluginFile(tests::plugin_fixtures(), "counting_lockout").kind(), protocol::PluginKind::lockout);
    EXPECT_EQ(PluginFile(tests::plugin_fixtures(), "long_password_rules").kind(), protocol::PluginKind::password_rules);
}

TEST(APluginFile, T24_WithoutAContractIsRefused) {
    EXPECT_THAT(complaint_about("no_symbol"), HasSubstr("this one exports 0"));
    EXPECT_THAT(complaint_about("two_kinds"), HasSubstr("this one exports 2"));
}

TEST(APluginFile, T24_OfAnOlderContractIsRefused) {
    EXPECT_THAT(complaint_about("older"), HasSubstr("build it with the headers of today"));
    EXPECT_THAT(complaint_about("old_manifest"), HasSubstr("of an older form"));
}

TEST(APluginFile, OfANewerContractIsTaken) {
    EXPECT_EQ(complaint_about("newer"), "nothing");
}

TEST(APluginFile, T24_ThatCallsItselfOtherwiseIsRefused) {
    EXPECT_THAT(complaint_about("other_name"), HasSubstr("it calls itself \"another\""));
}

TEST(APluginFile, ThatIsNotThereOrIsNoLibraryIsRefused) {
    EXPECT_THAT(complaint_about("missing"), HasSubstr("there is no plugin at"));
    EXPECT_THAT(complaint_about("not_a_library"), HasSubstr("cannot load the plugin"));
}

TEST(APluginFile, T30_IsFoundByANameAndNotByAPath) {
    for (const std::string name : {"../step", "/etc/passwd", "", "a.b", "A", "a b", "a\nb"}) {
        EXPECT_FALSE(is_plugin_name(name));
        EXPECT_THAT(complaint_about(name), HasSubstr("cannot name a plugin"));
    }
    EXPECT_TRUE(is_plugin_name(std::string(limits::plugin_name_bytes, 'a')));
    EXPECT_FALSE(is_plugin_name(std::string(limits::plugin_name_bytes + 1, 'a')));
}

/// Loads what stands at the end of folder and name; says whether it did.
using Finder = bool (*)(const std::string& folder, const std::string& name);

bool loads(const std::string& folder, const std::string& name) {
    try {
        const PluginFile file(folder, name);
        return true;
    } catch (const base::Error& error) { // what is refused for another reason was loaded before
        return std::string_view(error.what()).find("cannot name a plugin") == std::string_view::npos;
    }
}

bool loads_naively(const std::string& folder, const std::string& name) {
    const base::Handle<void, ::dlclose> library(::dlopen((folder + "/" + name + ".so").c_str(), RTLD_NOW));
    return static_cast<bool>(library);
}

/// Is a plugin reached by a way around its folder, and not only by its name in it?
bool follows_a_path(Finder finder) {
    const std::filesystem::path folder = tests::plugin_fixtures();
    EXPECT_TRUE(finder(folder, "misbehaving_step"));
    const std::string around = "../" + folder.filename().string() + "/misbehaving_step";
    return finder(folder, around) || finder(folder, "./misbehaving_step")
           || finder("", (folder / "misbehaving_step").string());
}

TEST(APluginFile, T30_OutsideItsFolderIsNotLoaded) {
    EXPECT_FALSE(follows_a_path(loads));
}

TEST(APluginFile, T30_OutsideItsFolderIsLoadedByAFinderThatTakesAPath) {
    EXPECT_TRUE(follows_a_path(loads_naively));
}

} // namespace

} // namespace loquet::plugin_host
