// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verbs.h"

#include <gtest/gtest.h>

namespace loquet::cli {
namespace {

using protocol::Denied;
using protocol::Granted;
using protocol::Reason;

struct Spelling {
    DialogResult ending;
    const char* authentication;
    const char* account;
    ExitCode code;
};

DialogResult granted(Reason reason) {
    return Granted{"alice", reason, {}};
}
DialogResult denied(Reason reason) {
    return Denied{reason, std::chrono::seconds(0), {}};
}

class ADialogResult : public testing::TestWithParam<Spelling> {};

TEST_P(ADialogResult, IsWhatPamWouldBeTold) {
    const PamResult result = pam_result_of(GetParam().ending);
    EXPECT_EQ(result.authentication, GetParam().authentication);
    EXPECT_EQ(result.account, GetParam().account);
    EXPECT_EQ(result.exit_code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind, ADialogResult,
    testing::Values(Spelling{granted(Reason::none), "PAM_SUCCESS", "PAM_SUCCESS", ExitCode::done},
                    Spelling{granted(Reason::new_password_required), "PAM_SUCCESS", "PAM_NEW_AUTHTOK_REQD",
                             ExitCode::done},
                    Spelling{granted(Reason::not_authorised), "PAM_SUCCESS", "PAM_PERM_DENIED", ExitCode::denied},
                    Spelling{protocol::Done{{"A message is on its way."}}, "PAM_MAXTRIES", "", ExitCode::denied},
                    Spelling{denied(Reason::refused), "PAM_AUTH_ERR", "", ExitCode::denied},
                    Spelling{denied(Reason::locked), "PAM_MAXTRIES", "", ExitCode::denied},
                    Spelling{denied(Reason::disabled), "PAM_MAXTRIES", "", ExitCode::denied},
                    Spelling{denied(Reason::not_ours), "PAM_USER_UNKNOWN", "", ExitCode::not_found},
                    Spelling{denied(Reason::unavailable), "PAM_AUTHINFO_UNAVAIL", "", ExitCode::unavailable},
                    Spelling{denied(Reason::busy), "PAM_MAXTRIES", "", ExitCode::unavailable},
                    Spelling{denied(Reason::not_authorised), "PAM_PERM_DENIED", "", ExitCode::denied}));

} // namespace
} // namespace loquet::cli
