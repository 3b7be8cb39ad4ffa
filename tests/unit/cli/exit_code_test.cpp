// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/exit_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::cli {
namespace {

struct Case {
    const char* name;
    ExitCode code;
};

class ABusError : public testing::TestWithParam<Case> {};

TEST_P(ABusError, HasItsExitCode) {
    EXPECT_EQ(exit_code_for(failure_from_bus(GetParam().name, "text").kind()), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(OfEachName, ABusError,
                         testing::Values(Case{"org.loquet.Auth1.Error.NotFound", ExitCode::not_found},
                                         Case{"org.loquet.Auth1.Error.Denied", ExitCode::denied},
                                         Case{"org.loquet.Auth1.Error.Busy", ExitCode::unavailable},
                                         Case{"org.loquet.Auth1.Error.Invalid", ExitCode::failed},
                                         Case{"org.loquet.Auth1.Error.Limited", ExitCode::failed},
                                         Case{"org.loquet.Auth1.Error.Unavailable", ExitCode::unavailable},
                                         Case{"org.loquet.Auth1.Error.Conflict", ExitCode::failed},
                                         Case{"org.freedesktop.DBus.Error.ServiceUnknown", ExitCode::unavailable},
                                         Case{"org.freedesktop.DBus.Error.NoReply", ExitCode::unavailable},
                                         Case{"org.freedesktop.DBus.Error.TimedOut", ExitCode::unavailable},
                                         Case{"org.freedesktop.DBus.Error.Spawn.ChildSignaled", ExitCode::unavailable},
                                         Case{"System.Error.ECONNRESET", ExitCode::unavailable},
                                         Case{"org.freedesktop.DBus.Error.AccessDenied", ExitCode::denied},
                                         Case{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
                                              ExitCode::denied},
                                         Case{"org.freedesktop.DBus.Error.UnknownObject", ExitCode::not_found},
                                         Case{"org.freedesktop.DBus.Error.UnknownMethod", ExitCode::failed},
                                         Case{"com.example.Whatever", ExitCode::failed}));

TEST(AFailure, OfTheServiceKeepsItsSentence) {
    EXPECT_STREQ(failure_from_bus("org.loquet.Auth1.Error.Invalid", "the name is too long").what(),
                 "the name is too long");
}

TEST(AFailure, WithoutAnAnswerSaysThatItMayHaveBeenDone) {
    for (const char* name : {"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
                             "org.freedesktop.DBus.Error.Disconnected", "System.Error.ECONNRESET"}) {
        EXPECT_THAT(std::string(failure_from_bus(name, "text").what()), testing::HasSubstr("may have been done"))
            << name;
    }
}

TEST(AFailure, ShowsNothingThatATerminalWouldObey) {
    EXPECT_STREQ(failure_from_bus("org.loquet.Auth1.Error.Invalid", "a\x1b[2J").what(), "a\\x1b[2J");
}

} // namespace
} // namespace loquet::cli
