// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_one_time_code {
namespace {

using testing::ElementsAre;

TEST(TheMedia, AreThoseOfTheFactInItsOrder) {
    EXPECT_THAT(media_in("mail"), ElementsAre(LOQUET_MEDIUM_MAIL));
    EXPECT_THAT(media_in("sms"), ElementsAre(LOQUET_MEDIUM_SMS));
    EXPECT_THAT(media_in("mail sms"), ElementsAre(LOQUET_MEDIUM_MAIL, LOQUET_MEDIUM_SMS));
    EXPECT_THAT(media_in("sms mail"), ElementsAre(LOQUET_MEDIUM_SMS, LOQUET_MEDIUM_MAIL));
}

TEST(TheMedia, AreNoneWhereTheFactNamesNone) {
    EXPECT_THAT(media_in(""), ElementsAre());
    EXPECT_THAT(media_in("  "), ElementsAre());
    EXPECT_THAT(media_in("pigeon Mail mailsms"), ElementsAre());
}

TEST(TheMedia, AreEachThereOnce) {
    EXPECT_THAT(media_in(" sms  sms pigeon mail sms "), ElementsAre(LOQUET_MEDIUM_SMS, LOQUET_MEDIUM_MAIL));
}

} // namespace
} // namespace loquet::plugins_one_time_code
