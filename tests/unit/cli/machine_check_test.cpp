// SPDX-License-Identifier: LGPL-2.1-or-later
// The checks on a machine's files, below a folder that stands for its root.
#include "cli/machine_check.h"
#include "lib/base/file.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace loquet::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AMachine : public testing::Test {
protected:
    void write(const std::string& path, const std::string& text, mode_t mode = 0644) {
        std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
        base::replace_file(root_ + path, text, mode);
    }
    tests::TempFolder folder_;
    std::string root_ = folder_.path();
    MachineCheck check_{root_};
};

TEST_F(AMachine, IsAskedForTheServicesThatAreInstalledWhereverTheirFilesAre) {
    EXPECT_THAT(check_.pam(), IsEmpty()) << "none is installed";
    write("/etc/pam.d/all", "auth required pam_loquet.so\naccount required pam_loquet.so\n"
                            "password required pam_loquet.so\nsession required pam_loquet.so\n");
    write("/etc/pam.d/login", "@include all\n");
    write("/usr/lib/pam.d/systemd-user", "account include all\n");
    EXPECT_THAT(check_.pam(), IsEmpty());
    write("/etc/pam.d/systemd-user", "account required pam_unix.so\n");
    EXPECT_THAT(check_.pam(), ElementsAre(HasSubstr("for account of systemd-user"))) << "/etc comes first";
    write("/etc/pam.d/sddm", "@include /etc/pam.d/all\n");
    EXPECT_THAT(check_.pam(), ElementsAre(HasSubstr("for account of systemd-user")));
    write("/etc/pam.d/sshd", "@include ../pam.d/all\n");
    EXPECT_THAT(check_.pam(), testing::SizeIs(2)) << "libpam opens no such path either";
}

TEST_F(AMachine, IsAskedForOneServiceByAnAttempt) {
    write("/etc/pam.d/kiosk", "auth required pam_loquet.so\n");
    EXPECT_THAT(check_.pam("kiosk"), ElementsAre(HasSubstr("for account of kiosk")));
    EXPECT_THAT(check_.pam("no-such-service"), ElementsAre(HasSubstr("for auth and account of no-such-service")));
    write("/etc/pam.d/other", "auth required pam_loquet.so\naccount required pam_loquet.so\n");
    EXPECT_THAT(check_.pam("no-such-service"), IsEmpty());
}

TEST_F(AMachine, WithoutSourcesOfNamesKnowsNobody) {
    EXPECT_THAT(check_.name_sources(), testing::SizeIs(2));
    write("/etc/nsswitch.conf", "passwd: files loquet\ngroup: files loquet\n");
    EXPECT_THAT(check_.name_sources(), IsEmpty());
}

TEST_F(AMachine, IsAskedForAPersonAsProgramsDo) {
    EXPECT_THAT(check_.name("root", 0), IsEmpty());
    EXPECT_THAT(check_.name("root", std::nullopt), IsEmpty());
    EXPECT_THAT(check_.name("root", 30000),
                ElementsAre(HasSubstr("root is another user for programs: number 0, and 30000")));
    EXPECT_THAT(check_.name("nobody.of.that.name", 30000),
                ElementsAre(HasSubstr("Programs do not know nobody.of.that.name")));
}

TEST_F(AMachine, IsToldWhichOfItsFilesOthersCanReadOrWrite) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "the files are to be root's";
    }
    EXPECT_THAT(check_.permissions(), IsEmpty());
    write("/etc/loquet/master.key", "k", 0600);
    write("/etc/loquet/loquet.toml", "", 0644);
    std::filesystem::create_directories(root_ + "/var/lib/loquet/store");
    ASSERT_EQ(::chmod((root_ + "/var/lib/loquet/store").c_str(), 0700), 0);
    ASSERT_EQ(::chmod((root_ + "/etc/loquet").c_str(), 0755), 0);
    EXPECT_THAT(check_.permissions(), IsEmpty());
    ASSERT_EQ(::chmod((root_ + "/etc/loquet/master.key").c_str(), 0644), 0);
    EXPECT_THAT(check_.permissions(), ElementsAre(AllOf(HasSubstr("/etc/loquet/master.key can be read or written"),
                                                        HasSubstr("mode 0644"), HasSubstr("chmod 600"))));
    ASSERT_EQ(::chmod((root_ + "/etc/loquet/master.key").c_str(), 0600), 0);
    ASSERT_EQ(::chown((root_ + "/etc/loquet/master.key").c_str(), 65534, 0), 0);
    ASSERT_EQ(::chmod((root_ + "/etc/loquet/loquet.toml").c_str(), 0664), 0);
    ASSERT_EQ(::chmod((root_ + "/var/lib/loquet/store").c_str(), 0755), 0);
    EXPECT_THAT(check_.permissions(), ElementsAre(HasSubstr("/etc/loquet/loquet.toml can be written"),
                                                  AllOf(HasSubstr("/etc/loquet/master.key"), HasSubstr("owner 65534")),
                                                  HasSubstr("/var/lib/loquet/store can be read or written")));
}

} // namespace
} // namespace loquet::cli
