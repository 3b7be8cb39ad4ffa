// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/troubles.h"

#include <gtest/gtest.h>
#include <security/pam_modules.h>
#include <systemd/sd-bus.h>

namespace loquet::pam {

namespace {

using protocol::Reason;

TEST(Troubles, TellADaemonThatWentAwayFromOneThatWasNeverThere) {
    for (const char* name : {SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_UNKNOWN_OBJECT, SD_BUS_ERROR_UNKNOWN_METHOD,
                             SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED}) {
        EXPECT_EQ(trouble_of(name, false), Trouble::unavailable) << name;
        EXPECT_EQ(trouble_of(name, true), Trouble::gone) << name;
    }
    EXPECT_EQ(trouble_of(SD_BUS_ERROR_NO_REPLY, false), Trouble::gone);
    EXPECT_EQ(trouble_of(SD_BUS_ERROR_NO_REPLY, true), Trouble::gone);
}

TEST(Troubles, KnowTheDaemonsOwnErrors) {
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.NotFound", false), Trouble::not_ours);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.NotFound", true), Trouble::gone);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.Busy", false), Trouble::busy);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.Limited", true), Trouble::busy);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.Denied", false), Trouble::denied);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.Unavailable", true), Trouble::unavailable);
    EXPECT_EQ(trouble_of("org.loquet.Auth1.Error.Invalid", false), Trouble::defect);
    EXPECT_EQ(trouble_of(SD_BUS_ERROR_ACCESS_DENIED, false), Trouble::denied);
    EXPECT_EQ(trouble_of("org.freedesktop.DBus.Error.Spawn.ChildExited", false), Trouble::unavailable);
    EXPECT_EQ(trouble_of("org.freedesktop.systemd1.UnitMasked", false), Trouble::unavailable);
    EXPECT_EQ(trouble_of("org.example.Error", false), Trouble::defect);
    EXPECT_EQ(trouble_of("", false), Trouble::defect);
}

TEST(Results, NeverSayWhichOfTheRefusalsItWas) {
    for (const Phase phase : {Phase::authenticate, Phase::account, Phase::change_password}) {
        EXPECT_NE(result_of(phase, Reason::refused), PAM_SUCCESS);
        EXPECT_NE(result_of(phase, Reason::none), PAM_SUCCESS) << "a refusal without a reason is still one";
    }
    EXPECT_EQ(result_of(Phase::authenticate, Reason::refused), PAM_AUTH_ERR);
    EXPECT_EQ(result_of(Phase::account, Reason::refused), PAM_PERM_DENIED);
    EXPECT_EQ(result_of(Phase::change_password, Reason::refused), PAM_AUTHTOK_RECOVERY_ERR);
}

TEST(Results, OfTroublesAreNeverSuccess) {
    for (const Phase phase : {Phase::authenticate, Phase::account, Phase::change_password}) {
        for (const Trouble trouble : {Trouble::not_ours, Trouble::busy, Trouble::denied, Trouble::unavailable,
                                      Trouble::gone, Trouble::defect}) {
            EXPECT_NE(result_of(phase, trouble), PAM_SUCCESS);
            EXPECT_NE(result_of(phase, trouble), PAM_IGNORE);
        }
    }
}

} // namespace

} // namespace loquet::pam
