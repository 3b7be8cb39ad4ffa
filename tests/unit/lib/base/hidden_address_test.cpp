// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/text.h"

#include <gtest/gtest.h>

namespace loquet::base {
namespace {

TEST(WhatAGatewaySays, IsToldWithoutTheMailAddressThatItSpeaksOf) {
    const char* address = "anne.legall@example.org";
    EXPECT_EQ(without_address("550 <anne.legall@example.org>: unknown", address), "550 <***>: unknown");
    EXPECT_EQ(without_address("550 <Anne.LeGall@EXAMPLE.org> and anne.legall@example.org", address),
              "550 <***> and ***");
    EXPECT_EQ(without_address("550 User anne.legall unknown", address), "550 User *** unknown");
    EXPECT_EQ(without_address("550 'anne.legall': unknown", address), "550 '***': unknown");
    EXPECT_EQ(without_address("anne.legall", address), "***");
}

TEST(WhatAGatewaySays, KeepsItsOtherWords) {
    EXPECT_EQ(without_address("550 marianne.legallois unknown", "anne@example.org"), "550 marianne.legallois unknown");
    EXPECT_EQ(without_address("550 no such user", "no@example.org"), "550 no such user") << "too short to tell";
    EXPECT_EQ(without_address("550 no such user", ""), "550 no such user");
    EXPECT_EQ(without_address("", "anne@example.org"), "");
}

TEST(WhatAGatewaySays, IsToldWithoutTheNumberThatItSpeaksOfInAnyNotation) {
    const char* number = "+33612345678";
    EXPECT_EQ(without_address("HTTP 400 bad number +33612345678", number), "HTTP 400 bad number +***");
    EXPECT_EQ(without_address("33612345678, 0612345678, 0033612345678", number), "***, ***, ***");
    EXPECT_EQ(without_address("id 12345678901, 612", number), "id 12345678901, 612");
    EXPECT_EQ(without_address("code 33612345678.", "+"), "code 33612345678.");
}

} // namespace
} // namespace loquet::base
