// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace loquet::base {

namespace {

TEST(AnError, KnowsItsKindItsSentenceAndItsPlace) {
    const Error error(Error::Kind::conflict, "there is one already");
    EXPECT_EQ(error.kind(), Error::Kind::conflict);
    EXPECT_STREQ(error.what(), "there is one already");
    EXPECT_NE(std::string_view(error.where().file_name()).find("error_test.cpp"), std::string_view::npos);
}

TEST(AnErrorOfTheSystem, SaysWhatWasDoneAndWhyItFailed) {
    EXPECT_STREQ(system_error(ENOSPC, "cannot write").what(), "cannot write: No space left on device");
}

TEST(AnErrorOfTheSystem, HasTheKindThatTheNumberStandsFor) {
    EXPECT_EQ(system_error(ENOENT, "").kind(), Error::Kind::not_found);
    EXPECT_EQ(system_error(EACCES, "").kind(), Error::Kind::denied);
    EXPECT_EQ(system_error(EPERM, "").kind(), Error::Kind::denied);
    EXPECT_EQ(system_error(EIO, "").kind(), Error::Kind::unavailable);
}

} // namespace

} // namespace loquet::base
