// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::messages {
namespace {

using testing::ElementsAre;

TEST(ALocale, AsksForItsTerritoryThenItsLanguageThenEnglish) {
    EXPECT_THAT(languages_of_locale("fr_CA.UTF-8"), ElementsAre("fr_ca", "fr", "en"));
    EXPECT_THAT(languages_of_locale("fr-CA@x"), ElementsAre("fr_ca", "fr", "en"));
    EXPECT_THAT(languages_of_locale("fr"), ElementsAre("fr", "en"));
    EXPECT_THAT(languages_of_locale("FR_fr"), ElementsAre("fr_fr", "fr", "en"));
}

TEST(ALocale, ThatNamesNoLanguageIsEnglish) {
    for (const char* name : {"", "C", "C.UTF-8", "POSIX", "../../etc", "fr/../x", "f\n", "_", "fr_", "fr_CA_x_y_z_0"}) {
        EXPECT_THAT(languages_of_locale(name), ElementsAre("en")) << name;
    }
    EXPECT_THAT(languages_of_locale(std::string(5000, 'f')), ElementsAre("en"));
}

} // namespace
} // namespace loquet::messages
