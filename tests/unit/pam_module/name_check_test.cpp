// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "pam_module/name_check.h"
#include "pam_module/transaction.h"
#include "tests/support/temp_folder.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <nss.h>
#include <pwd.h>

#include <array>
#include <cerrno>
#include <filesystem>

/// In libnss_deaf.so.2: what its source of names answers.
extern "C" int
    nss_deaf_errno; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): glibc calls it without a context

namespace loquet::pam {

namespace {

TEST(ANameCheck, KnowsTheAdministratorAndOtherSourcesAndNobody) {
    EXPECT_EQ(uid_of("root"), uid_t{0});
    EXPECT_EQ(uid_of("daemon"), uid_t{1});
    EXPECT_EQ(uid_of("no-such-person-anywhere"), std::nullopt);
    EXPECT_EQ(uid_of(""), std::nullopt);
}

TEST(ANameCheck, DoesNotKeepPeopleOutWhileAnotherSourceIsDead) {
    ASSERT_EQ(::__nss_configure_lookup("passwd", "files deaf"), 0);
    for (const int reason : {ECONNREFUSED, ETIMEDOUT, EAGAIN, EMFILE}) {
        nss_deaf_errno = reason;
        passwd record{};
        passwd* found = nullptr;
        std::array<char, 1024> buffer{};
        ASSERT_EQ(::getpwnam_r("anna", &record, buffer.data(), buffer.size(), &found), reason) << "it is not asked";
        EXPECT_EQ(uid_of("anna"), std::nullopt);
        EXPECT_EQ(uid_of("root"), uid_t{0});
    }
}

/// The directory of names is not there: a first installation, or /var/lib was emptied.
TEST(ANameCheck, WithoutADirectoryOfNamesKnowsNotWhoseANameIsAndWaitsForASecondAtMost) {
    const tests::TempFolder folder;
    std::filesystem::current_path(folder.path()); // where this build of the module looks for the directory
    void* const module = ::dlopen(NSS_LOQUET, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(module, nullptr);
    client::DialogRequest request;
    request.account = "daemon";
    request.facts.uid = 1;
    EXPECT_EQ(loquet_publishes("daemon", 1), Publishes::unknown);
    EXPECT_EQ(timeout_for(Transaction{nullptr, 0, {}}, request), Options::shortest_timeout);
    request.facts.uid = std::nullopt;
    EXPECT_EQ(timeout_for(Transaction{nullptr, 0, {}}, request), Options().timeout) << "perhaps one of Loquet's";
    ::dlclose(module);
    std::filesystem::current_path("/");
}

TEST(ANameForTheBus, IsTheNameUpToTheLimitAndANobodyAbove) {
    const std::string longest(limits::typed_name_bytes, 'a');
    EXPECT_EQ(name_for_bus("Zoë"), "Zoë");
    EXPECT_EQ(name_for_bus(longest), longest);
    EXPECT_LE(name_for_bus(longest + "a").size(), limits::typed_name_bytes);
    EXPECT_NE(name_for_bus(longest + "a"), longest);
}

TEST(ANameForTheBus, IsAlwaysText) {
    EXPECT_EQ(name_for_bus("a\xff"), "a\\xff");
    EXPECT_TRUE(base::is_utf8(name_for_bus(std::string(8000, '\xc3'))));
}

} // namespace

} // namespace loquet::pam
