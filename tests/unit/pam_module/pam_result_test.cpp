// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/pam_result.h"

#include <gtest/gtest.h>
#include <security/pam_modules.h>
#include <systemd/sd-bus.h>

namespace loquet::pam {

namespace {

using client::FailureKind;
using protocol::Reason;

TEST(FailureKinds, TellADaemonThatWentAwayFromOneThatWasNeverThere) {
    for (const char* name : {SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_UNKNOWN_OBJECT, SD_BUS_ERROR_UNKNOWN_METHOD,
                             SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED}) {
        EXPECT_EQ(client::failure_kind_of(name, false), FailureKind::unavailable) << name;
        EXPECT_EQ(client::failure_kind_of(name, true), FailureKind::gone) << name;
    }
    EXPECT_EQ(client::failure_kind_of(SD_BUS_ERROR_NO_REPLY, false), FailureKind::gone);
    EXPECT_EQ(client::failure_kind_of(SD_BUS_ERROR_NO_REPLY, true), FailureKind::gone);
}

TEST(FailureKinds, KnowTheDaemonsOwnErrors) {
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.NotFound", false), FailureKind::not_ours);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.NotFound", true), FailureKind::gone);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.Busy", false), FailureKind::busy);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.Limited", true), FailureKind::busy);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.Denied", false), FailureKind::denied);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.Unavailable", true), FailureKind::unavailable);
    EXPECT_EQ(client::failure_kind_of("org.loquet.Auth1.Error.Invalid", false), FailureKind::defect);
    EXPECT_EQ(client::failure_kind_of(SD_BUS_ERROR_ACCESS_DENIED, false), FailureKind::denied);
    EXPECT_EQ(client::failure_kind_of("org.freedesktop.DBus.Error.Spawn.ChildExited", false), FailureKind::unavailable);
    EXPECT_EQ(client::failure_kind_of("org.freedesktop.systemd1.UnitMasked", false), FailureKind::unavailable);
    EXPECT_EQ(client::failure_kind_of("org.example.Error", false), FailureKind::defect);
    EXPECT_EQ(client::failure_kind_of("", false), FailureKind::defect);
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

TEST(Results, OfFailureKindsAreNeverSuccess) {
    for (const Phase phase : {Phase::authenticate, Phase::account, Phase::change_password}) {
        for (const FailureKind failure : {FailureKind::not_ours, FailureKind::busy, FailureKind::denied,
                                          FailureKind::unavailable, FailureKind::gone, FailureKind::defect}) {
            EXPECT_NE(result_of(phase, failure), PAM_SUCCESS);
            EXPECT_NE(result_of(phase, failure), PAM_IGNORE);
        }
    }
}

TEST(Results, OfWhatLetsNobodyInAreSuccessOnlyWhereAPasswordWasChanged) {
    EXPECT_EQ(result_of_done(Phase::authenticate), PAM_MAXTRIES);
    EXPECT_EQ(result_of_done(Phase::account), PAM_PERM_DENIED);
    EXPECT_EQ(result_of_done(Phase::change_password), PAM_SUCCESS);
    EXPECT_EQ(result_of_refused_grant(Phase::authenticate), PAM_AUTH_ERR);
    EXPECT_EQ(result_of_refused_grant(Phase::account), PAM_PERM_DENIED);
    EXPECT_EQ(result_of_refused_grant(Phase::change_password), PAM_AUTHTOK_ERR);
}

} // namespace

} // namespace loquet::pam
