// SPDX-License-Identifier: LGPL-2.1-or-later
// The module in programs of other users: a screen locker, and one with the set-uid bit. Needs root, to become them.
#include "tests/unit/pam_module/fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace loquet::tests {

namespace {

// Every Debian has this account.
constexpr const char* plain_user = "nobody";
constexpr std::uint32_t plain_uid = 65534;

class AProgramOfAPlainUser : public OnABus {
protected:
    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "only root can become somebody else";
        }
        const std::string bus_path = bus.address().substr(bus.address().find('/'));
        for (const std::string& path :
             {std::filesystem::path(bus_path).parent_path().string(), programs.path(), services.path()}) {
            ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
        }
        std::filesystem::copy_file(PLAIN_LOGIN, program());
        daemon->add(plain_user, {.password = right_password(), .uid = plain_uid});
    }

    std::string program() const { return programs / "login"; }

    int result() const {
        const Outcome outcome = run(Command{{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program(),
                                             services.path(), "test", plain_user},
                                            {bus.variable()},
                                            right_password() + "\n"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
        return static_cast<int>(std::strtol(outcome.output.c_str(), nullptr, 10));
    }

    TempFolder programs;
    ServiceFolder services{Service{}};
};

TEST_F(AProgramOfAPlainUser, UnlocksTheScreenOfThatUser) {
    EXPECT_EQ(result(), PAM_SUCCESS);
    EXPECT_EQ(daemon->request(0).purpose, "unlock-screen");
    EXPECT_EQ(daemon->request(0).facts.at("uid"), std::to_string(plain_uid));
}

TEST_F(AProgramOfAPlainUser, WithTheSetUidBitTakesNoBusAddressFromTheEnvironment) {
    ASSERT_EQ(::chmod(program().c_str(), 0755), 0);
    ASSERT_EQ(result(), PAM_SUCCESS) << "without the bit it does";
    const std::size_t calls = daemon->calls().size();
    ASSERT_EQ(::chown(program().c_str(), 0, 0), 0);
    ASSERT_EQ(::chmod(program().c_str(), 04755), 0);
    EXPECT_EQ(result(), PAM_USER_UNKNOWN) << "/etc/passwd has the name, and no daemon said that it is Loquet's";
    EXPECT_EQ(daemon->calls().size(), calls) << "the user who runs it must not choose who judges passwords";
}

TEST_F(AProgramOfAPlainUser, ThatIsRootByItsSetUidBitSaysWhoIsInFrontOfIt) {
    Application application(plain_user);
    application.typed = {right_password(), next_password(), next_password()};
    ASSERT_EQ(::setresuid(plain_uid, 0, 0), 0); // what passwd(1) is
    const int changed = application.change_password();
    ASSERT_EQ(::setresuid(0, 0, 0), 0);
    EXPECT_EQ(changed, PAM_SUCCESS);
    EXPECT_EQ(daemon->request(0).facts.at("real_uid"), std::to_string(plain_uid));
    EXPECT_EQ(application.change_password(), PAM_CONV_ERR);
    EXPECT_FALSE(daemon->request(daemon->calls().size() - 2).facts.contains("real_uid")) << "root alone";
}

} // namespace

} // namespace loquet::tests
