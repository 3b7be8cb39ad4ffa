// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/sent_codes.h"

#include <gtest/gtest.h>

namespace loquet::outbox {
namespace {

using model::Medium;
using model::Uid;

TEST(SentCodesOfAccounts, AreKnownByAccountAndStepUntilTheyAreUsed) {
    SentCodes codes;
    codes.note(Uid{1}, "code", Medium::mail);
    codes.note(Uid{1}, "other", Medium::mail);
    codes.note(Uid{2}, "code", Medium::mail);
    codes.note(Uid{1}, "code", Medium::sms);
    EXPECT_EQ(codes.take(Uid{1}, "code"), Medium::sms) << "the last one";
    EXPECT_EQ(codes.take(Uid{1}, "code"), std::nullopt);
    EXPECT_EQ(codes.take(Uid{1}, "other"), Medium::mail);
    EXPECT_EQ(codes.take(Uid{2}, "code"), Medium::mail);
    EXPECT_EQ(codes.take(Uid{3}, "code"), std::nullopt);
}

TEST(SentCodesOfAccounts, GiveWayToNewerOnesAboveTheLimit) {
    SentCodes codes;
    for (std::uint32_t uid = 0; uid <= SentCodes::kept; ++uid) {
        codes.note(Uid{uid}, "code", Medium::sms);
    }
    EXPECT_EQ(codes.size(), SentCodes::kept);
    EXPECT_EQ(codes.take(Uid{0}, "code"), std::nullopt);
    EXPECT_EQ(codes.take(Uid{1}, "code"), Medium::sms);
}

TEST(SentCodesOfAccounts, TakeNoMoreRoomForOneWhoAsksOften) {
    SentCodes codes;
    codes.note(Uid{1}, "code", Medium::mail);
    for (std::size_t n = 1; n < SentCodes::kept; ++n) {
        codes.note(Uid{2}, "code", Medium::sms);
    }
    EXPECT_EQ(codes.size(), 2U);
    EXPECT_EQ(codes.take(Uid{1}, "code"), Medium::mail);
    codes.note(Uid{2}, "code", Medium::mail);
    EXPECT_EQ(codes.take(Uid{2}, "code"), Medium::mail) << "a newer note of it outlives the older ones";
}

} // namespace
} // namespace loquet::outbox
