// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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
                AllOf(HasSubstr("usr/default.toml:1:11: a profile names no other profile"),
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
    EXPECT_THAT(refusal(), HasSubstr("/loquet.toml:1:11: there is no profile \"none\""));
    write("loquet.toml", "profile = '../loquet'\n");
    EXPECT_THAT(refusal(), HasSubstr("/loquet.toml:1:11: profile: accepted is the name of a profile"));
}

TEST_F(AConfigurationFolder, NamesEachFolderOfProfilesAndThoseThatThereAreWhereOneIsMissing) {
    write("usr/strict.toml", "");
    write("profiles/own.toml", "");
    write("profiles/own.toml.dpkg-old", "");
    write("loquet.toml", "profile = 'none'\n");
    EXPECT_THAT(refusal(), HasSubstr("NAME.toml in " + root_ + "/profiles or " + root_ + "/usr: default, own, strict"));
}

TEST_F(AConfigurationFolder, PlacesAMistakeInTheFileThatMadeIt) {
    write("usr/strict.toml", "[flow.login]\nsteps = ['password', 'badge']\n");
    write("loquet.toml", "profile = 'strict'\n");
    EXPECT_THAT(refusal(), HasSubstr("/usr/strict.toml:2:22: flow.login: there is no step \"badge\""));
    write("usr/strict.toml", "[password]\nhistory = 99\n");
    EXPECT_THAT(refusal(), HasSubstr("/usr/strict.toml:2:11: password.history"));
    write("usr/strict.toml", "profile = \n");
    EXPECT_THAT(refusal(), HasSubstr("/usr/strict.toml:1:"));
}

TEST_F(AConfigurationFolder, PlacesAContradictionInTheFileThatContradictsAndNotInTheProfileBelowIt) {
    const std::string profile =
        "[accounts]\nuid_first = 2000\nuid_last = 2999\n[password]\nexpires_after_days = 9\n"
        "warn_days = 8\n[hashing]\ncost = 5\n[plugins.badge]\nkind = 'step'\nproves = 'possession'\n"
        "[flow.login]\nsteps = ['password', 'badge']\n[flow.first-login]\nsteps = ['password', "
        "'badge', 'new_password']\n[flow.change-password]\nsteps = ['password', 'badge', "
        "'new_password']\naccept_weaker_than_login = true\n[flow.manage-secrets]\nsteps = ["
        "'password', 'badge', { enrol = ['totp'], at_least = 1 }]\n";
    write("usr/strict.toml", profile);
    write("loquet.toml", "profile = 'strict'\n");
    ASSERT_EQ(refusal(), "accepted");
    struct Case {
        const char* site;
        const char* says;
    };
    for (const Case& one :
         {Case{"accounts.uid_first = 3000", "/x.toml:1:22: accounts.uid_last"},
          Case{"password.expires_after_days = 8", "/x.toml:1:31: password.warn_days"},
          Case{"hashing.method = 'sha512crypt'", "/x.toml:1:18: hashing.cost"},
          Case{"plugins.badge.kind = 'channel'", "/x.toml:1:22: flow.login: there is no step \"badge\""},
          Case{"plugins.lockout.kind = 'step'", "/x.toml:1:24: lockout.plugin"}}) {
        write("loquet.toml.d/x.toml", std::string(one.site) + '\n');
        EXPECT_THAT(refusal(), AllOf(HasSubstr(one.says), testing::Not(HasSubstr("/strict.toml")))) << one.site;
    }
    write("usr/strict.toml",
          "[flow.login]\nsteps = ['password']\n[flow.first-login]\nsteps = ['password', 'new_password']\n");
    write("loquet.toml.d/x.toml",
          "[plugins.badge]\nkind = 'step'\nproves = 'possession'\n[flow.login]\nsteps = ['password', "
          "'badge']\n");
    EXPECT_THAT(refusal(), HasSubstr("/x.toml:5:9: flow.first-login: it proves less than flow.login"));
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
    EXPECT_THAT(refusal(), HasSubstr(root_ + "/loquet.toml.d: it cannot be read: Not a directory"));
}

TEST_F(AConfigurationFolder, NamesEachFileThatCannotBeReadBesideTheMistakesOfOthers) {
    std::filesystem::create_symlink(root_ + "/nowhere", root_ + "/loquet.toml.d/10-link.toml");
    std::filesystem::create_directory(root_ + "/loquet.toml.d/20-folder.toml");
    ASSERT_EQ(::mkfifo((root_ + "/loquet.toml.d/30-pipe.toml").c_str(), 0600), 0);
    std::filesystem::create_symlink("/dev/null", root_ + "/loquet.toml.d/40-off.toml");
    write("loquet.toml", "unknown = 1\n");
    const std::string complaints = refusal();
    EXPECT_THAT(complaints,
                AllOf(HasSubstr("/10-link.toml: it cannot be read: No such file or directory"),
                      HasSubstr("/20-folder.toml: it is no file"), HasSubstr("/30-pipe.toml: it is no file"),
                      HasSubstr("/loquet.toml:1:1: unknown key unknown")));
    EXPECT_THAT(complaints, testing::Not(HasSubstr("40-off")));
}

TEST_F(AConfigurationFolder, WhoseProfileCannotBeReadIsRefused) {
    std::filesystem::create_symlink(root_ + "/nowhere", root_ + "/usr/strict.toml");
    std::filesystem::create_directory(root_ + "/profiles/strict.toml");
    write("loquet.toml", "profile = 'strict'\n");
    EXPECT_THAT(refusal(), HasSubstr("/profiles/strict.toml: it is no file"));
}

TEST_F(AConfigurationFolder, IsReadAsAWindowsEditorWritesIt) {
    write("loquet.toml", "\xEF\xBB\xBFprofile = 'default'\r\n[password]\r\nhistory = 7\r\n");
    EXPECT_EQ(load().password.history, 7U);
    write("loquet.toml", "\xEF\xBB\xBF[password]\r\nhistory = 7\r\nhistory2 = 7\r\n");
    EXPECT_THAT(refusal(), HasSubstr("/loquet.toml:3:1: unknown key password.history2"));
    write("loquet.toml", std::string("\xFF\xFEp\0r\0", 6));
    EXPECT_THAT(refusal(), HasSubstr("/loquet.toml:1:1: "));
}

struct Mistake {
    const char* text;
    const char* complaint; ///< begins with line and column
};

class AMistake : public AConfigurationFolder, public testing::WithParamInterface<Mistake> {};

TEST_P(AMistake, IsToldWithFileLineAndColumn) {
    write("loquet.toml.d/x.toml", GetParam().text);
    EXPECT_THAT(refusal(), HasSubstr(root_ + "/loquet.toml.d/x.toml:" + GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, AMistake,
    testing::Values(Mistake{"[log]\nlevel == 1\n", "2:8: "}, Mistake{"[log\n", "1:5: "},
                    Mistake{"log.level = 'debug\n", "1:19: "}, Mistake{"a = 1\na = 2\n", "2:5: "},
                    Mistake{"profil = 'apart'\n", "1:1: unknown key profil"},
                    Mistake{"\n[sotre]\nfolder = '/x'\n", "2:2: unknown key sotre"},
                    Mistake{"log = 1\n", "1:7: log: accepted is a table"},
                    Mistake{"password.history = '5'\n", "1:20: password.history"},
                    Mistake{"password.history = 25\n", "1:20: password.history"},
                    Mistake{"profile = 'none'\n", "1:11: there is no profile"},
                    Mistake{"profile = 7\n", "1:11: profile: accepted is the name of a profile"},
                    Mistake{"flow.login.steps = ['password', 'badge']\n",
                            "1:33: flow.login: there is no step \"badge\""},
                    Mistake{"flow.login.steps = [{ any = [] }]\n", "1:21: flow.login.steps"},
                    Mistake{"flow.login.steps = 'password'\n", "1:20: flow.login.steps"},
                    Mistake{"flow.logon.steps = ['password']\n", "1:6: unknown key flow.logon"},
                    Mistake{"flow.change-password.steps = ['new_password']\n", "1:31: flow.change-password"},
                    Mistake{"[flow.login]\nsteps = ['password', { any = ['totp'] }]\n",
                            "2:9: flow.change-password: it proves less than flow.login"},
                    // What contradicts a default stands where the other key was set.
                    Mistake{"accounts.uid_first = 60000\n", "1:22: accounts.uid_last"},
                    Mistake{"password.expires_after_days = 3\n", "1:31: password.warn_days"},
                    Mistake{"plugins.lockout.kind = 'step'\n", "1:24: lockout.plugin: accepted is a [plugins.lockout]"},
                    Mistake{"plugins.totp.kind = 'lockout'\n", "1:21: flow.login: there is no step \"totp\""},
                    Mistake{"plugins.totp.kind = 'lockout'\n", "1:21: plugins.totp.enrolled_only"},
                    Mistake{"outbox.mail = ['post']\n", "1:15: outbox.mail"}));

} // namespace
} // namespace loquet::config
