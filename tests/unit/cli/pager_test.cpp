// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::cli {
namespace {

using testing::ElementsAre;

TEST(APagersArguments, AreWordsAndNeverAShellsLine) {
    EXPECT_THAT(pager_arguments("less -R", false), ElementsAre("less", "-R"));
    EXPECT_THAT(pager_arguments("less; rm -rf $HOME", false), ElementsAre("less;", "rm", "-rf", "$HOME"));
}

TEST(APagersArguments, AreThoseOfLessUnlessThePersonChose) {
    EXPECT_THAT(pager_arguments(nullptr, false), ElementsAre("less"));
    EXPECT_THAT(pager_arguments("  ", false), ElementsAre("less"));
}

TEST(APagersArguments, AreNotTakenFromTheEnvironmentWithBorrowedRights) {
    EXPECT_THAT(pager_arguments("/home/mallory/pager", true), ElementsAre("less"));
}

TEST(APager, IsDoneWithoutWhereItsProgramIsMissing) {
    EXPECT_FALSE(Pager::start({"/nonexistent/pager"}).has_value());
}

} // namespace
} // namespace loquet::cli
