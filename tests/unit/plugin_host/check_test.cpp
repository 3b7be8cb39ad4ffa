// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "plugin_host/check.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace loquet::plugin_host {
namespace {

class ACredential : public testing::Test {
protected:
    ACredential() {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        std::ofstream(store_ / "loquet-channel.smtp") << "secret of smtp";
    }
    ~ACredential() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

    tests::TempFolder store_;
};

TEST_F(ACredential, IsLentToACheckAsTheUnitWouldGetIt) {
    const std::string folder = lend_credential("smtp", store_.path());
    ASSERT_STREQ(std::getenv("CREDENTIALS_DIRECTORY"), folder.c_str());
    EXPECT_EQ(base::read_file(folder + "/secret", 100), "secret of smtp");
    std::filesystem::remove_all(folder);
    EXPECT_TRUE(std::filesystem::exists(store_ / "loquet-channel.smtp"));
}

TEST_F(ACredential, IsNotLentWhereThereIsNone) {
    EXPECT_EQ(lend_credential("sms_http", store_.path()), "");
    EXPECT_EQ(lend_credential("../smtp", store_.path() + "/x"), "");
    EXPECT_EQ(std::getenv("CREDENTIALS_DIRECTORY"), nullptr);
}

TEST_F(ACredential, OfTheUnitItselfIsLeftAlone) {
    ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/loquet-channel@smtp.service", 1);
    EXPECT_EQ(lend_credential("smtp", store_.path()), "");
    EXPECT_STREQ(std::getenv("CREDENTIALS_DIRECTORY"), "/run/credentials/loquet-channel@smtp.service");
}

} // namespace
} // namespace loquet::plugin_host
