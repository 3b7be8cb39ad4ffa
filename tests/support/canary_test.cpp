// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "tests/support/canary.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace loquet::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string secret(canary::password);

TEST(TheCanarySearch, FindsNothingInOrdinaryBytes) {
    EXPECT_THAT(find_canaries("kanari kanari- password\n"), IsEmpty());
    EXPECT_THAT(find_canaries(""), IsEmpty());
}

TEST(TheCanarySearch, FindsASecretAsItIsAndCut) {
    EXPECT_THAT(find_canaries("said: " + secret + "."), ElementsAre(secret + " (plain)"));
    EXPECT_THAT(find_canaries(secret.substr(0, 12)), ElementsAre(secret + " (plain)"));
    EXPECT_THAT(find_canaries(secret.substr(0, 11)), IsEmpty());
}

TEST(TheCanarySearch, FindsASecretInUtf16AndUtf32) {
    std::string little;
    std::string wide_big;
    for (const char c : secret) {
        little += {c, '\0'};
        wide_big += {'\0', '\0', '\0', c};
    }
    EXPECT_THAT(find_canaries("x" + little), ElementsAre(secret + " (UTF-16LE)"));
    EXPECT_THAT(find_canaries(wide_big), Contains(secret + " (UTF-32BE)"));
}

TEST(TheCanarySearch, FindsASecretInHexadecimalDigits) {
    EXPECT_THAT(find_canaries("6b616e6172692d566f7a68656c6d342d7461677570697200"),
                ElementsAre(secret + " (hexadecimal)"));
    EXPECT_THAT(find_canaries("6B616E6172692D566F7A68656C6D34"), ElementsAre(secret + " (hexadecimal)"));
}

TEST(TheCanarySearch, FindsASecretInBase64AtEveryOffset) {
    // base64 of the secret alone, after "a" and after "ab", as base64(1) writes it.
    EXPECT_THAT(find_canaries("a2FuYXJpLVZvemhlbG00LXRhZ3VwaXI="), ElementsAre(secret + " (base64)"));
    EXPECT_THAT(find_canaries("YWthbmFyaS1Wb3poZWxtNC10YWd1cGly"), ElementsAre(secret + " (base64)"));
    EXPECT_THAT(find_canaries("YWJrYW5hcmktVm96aGVsbTQtdGFndXBpcg=="), ElementsAre(secret + " (base64)"));
}

TEST(TheCanarySearch, LooksIntoAllFilesOfAFolder) {
    const TempFolder folder;
    base::make_folder(folder / "deep", 0700);
    base::replace_file(folder / "clean", "nothing", 0600);
    base::replace_file(folder / "deep/leak", "x" + secret, 0600);
    EXPECT_THAT(find_canaries_in_folder(folder.path()),
                ElementsAre(secret + " (plain) in " + folder.path() + "/deep/leak"));
}

} // namespace
} // namespace loquet::tests
