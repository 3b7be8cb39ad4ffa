// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/quotable.h"

#include <gtest/gtest.h>

namespace loquet::delivery {
namespace {

constexpr std::string_view text = "Votre code est 482915.\nOu WDJB-MJHT, ou 731 204; à 9 h.";

TEST(WhatAGatewaySaid, IsQuoted) {
    for (const std::string_view said :
         {"", "250 2.0.0 Ok: queued as 4FZk1q0", "550 5.1.1 no such mailbox", "code 99"}) {
        EXPECT_EQ(quotable(said, text), said);
    }
}

TEST(WhatAGatewaySaid, IsNotQuotedWhereItHoldsWhatCouldBeACode) {
    for (const std::string_view said : {"554 spam: Votre code est 482915.", "text=482915&to=1", "WDJB-MJHT", "sent 731",
                                        "\"Votre code est 482915\""}) {
        EXPECT_EQ(quotable(said, text), "(it repeats the message, and is not quoted)") << said;
    }
}

TEST(WhatAGatewaySaid, IsOneLine) {
    EXPECT_EQ(one_line("no such number\n"), "no such number");
    EXPECT_EQ(one_line(" \r\n<p>\tno  such\n\nnumber</p>\v\f"), "<p> no such number</p>");
    EXPECT_EQ(one_line("\n \t"), "");
    EXPECT_EQ(one_line(""), "");
}

} // namespace
} // namespace loquet::delivery
