// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace loquet::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AConfigurationFolder : public testing::Test {
protected:
    void SetUp() override {
        for (const char* folder : {"/loquet.toml.d", "/profiles", "/usr"}) {
            base::make_folder(root_ + folder, 0700);
        }
        write("usr/default.toml", "");
    }

    void write(const std::string& name, const std::string& text) const {
        base::replace_file(root_ + '/' + name, text, 0600);
    }
    [[nodiscard]] Config load() const {
        return config::load(root_ + "/loquet.toml", {root_ + "/profiles", root_ + "/usr"});
    }
    [[nodiscard]] std::string refusal() const {
        try {
            static_cast<void>(load());
        } catch (const base::Error& error) {
            EXPECT_EQ(error.kind(), base::Error::Kind::invalid);
            return error.what();
        }
        return "accepted";
    }

    tests::TempFolder folder_;
    std::string root_ = folder_.path();
};

TEST_F(AConfigurationFolder, WithoutAFileIsTheDefault) {
    EXPECT_EQ(load(), Config{});
}

TEST_F(AConfigurationFolder, LaysDropInsOverTheFileAndTheFileOverTheProfile) {
    write("usr/strict.toml", "[password]\nhistory = 1\nexpires_after_days = 91\nwarn_days = 1\n");
    write("loquet.toml", "profile = 'strict'\n[password]\nhistory = 2\nexpires_after_days = 92\n");
    write("loquet.toml.d/20-b.toml", "[password]\nhistory = 4\n");
    write("loquet.toml.d/10-a.toml", "[password]\nhistory = 3\n");
    write("loquet.toml.d/30-c.toml.dpkg-old", "[password]\nhistory = 5\n");
    const Config config = load();
    EXPECT_EQ(config.profile, "strict");
    EXPECT_EQ(config.password.history, 4U);
    EXPECT_EQ(config.password.expires_after, std::chrono::days(92));
    EXPECT_EQ(config.password.warn, std::chrono::days(1));
}

TEST_F(AConfigurationFolder, LetsADropInNameTheProfileAndTheSiteReplaceIt) {
    write("usr/one.toml", "disclose = ['locked']\n");
    write("loquet.toml.d/p.toml", "profile = 'one'\n");
    EXPECT_TRUE(load().discloses(protocol::Reason::locked));
    write("profiles/one.toml", "");
    EXPECT_FALSE(load().discloses(protocol::Reason::locked));
}

TEST_F(AConfigurationFolder, ReplacesAFlowAsAWhole) {
    write("usr/default.toml", "flow.login.steps = ['password', 'authorisation']\n"
                              "flow.login.service.sudo.steps = ['password', 'expiry']\n");
    write("loquet.toml", "flow.login.steps = ['password']\n");
    const Config config = load();
    EXPECT_EQ(config.flow("login", "")->items.size(), 1U);
    EXPECT_EQ(config.flow("login", "sudo")->items.size(), 2U);
    EXPECT_EQ(config.flows.size(), Config{}.flows.size() + 1);
}

TEST_F(AConfigurationFolder, NamesTheMistakesOfAllFilesAtOnce) {
    write("usr/default.toml", "profile = 'other'\n");
    write("loquet.toml", "[log]\nlevel = 1\n");
    write("loquet.toml.d/x.toml", "unknown = 1\nalso = 2\n");
    EXPECT_THAT(refusal(),
                AllOf(HasSubstr("usr/default.toml: a profile names no other profile"),
                      HasSubstr("/loquet.toml:2:9: log.level"), HasSubstr("/x.toml:1:1: unknown key unknown"),
                      HasSubstr("/x.toml:2:1: unknown key also")));
}

TEST_F(AConfigurationFolder, SaysWhichFileSetTheKeyThatDoesNotGoWithAnother) {
    write("loquet.toml", "[accounts]\nuid_first = 30000\nuid_last = 40000\n");
    write("loquet.toml.d/x.toml", "[accounts]\nuid_last = 20000\n");
    EXPECT_THAT(refusal(), HasSubstr("/x.toml:2:12: accounts.uid_last: accepted is not less than uid_first, 30000"));
}

TEST_F(AConfigurationFolder, WithoutTheProfileThatItNamesIsRefused) {
    write("loquet.toml", "profile = 'none'\n");
    EXPECT_THAT(refusal(), HasSubstr("there is no profile \"none\""));
    write("loquet.toml", "profile = '../loquet'\n");
    EXPECT_THAT(refusal(), HasSubstr("/loquet.toml:1:11: profile: accepted is the name of a profile"));
}

TEST_F(AConfigurationFolder, ReadsAFileOfTheLimitAndNoneAboveIt) {
    std::string text(limits::configuration_file_bytes, '#');
    write("loquet.toml", text);
    EXPECT_NO_THROW(static_cast<void>(load()));
    write("loquet.toml", text + '#');
    EXPECT_THROW(static_cast<void>(load()), base::Error);
}

TEST_F(AConfigurationFolder, ThatCannotBeReadIsNotTakenForAnEmptyOne) {
    std::filesystem::remove_all(root_ + "/loquet.toml.d");
    write("loquet.toml.d", "not a folder");
    EXPECT_THROW(static_cast<void>(load()), base::Error);
}

} // namespace
} // namespace loquet::config
