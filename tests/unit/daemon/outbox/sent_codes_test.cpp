// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/sent_codes.h"

#include <gtest/gtest.h>

namespace loquet::outbox {
namespace {

using model::Medium;
using model::Uid;

std::optional<Medium> medium_of(const std::optional<SentCodes::Used>& used) {
    return used ? std::optional(used->last.medium) : std::nullopt;
}

TEST(SentCodesOfAccounts, AreKnownByAccountAndStepUntilTheyAreUsed) {
    SentCodes codes;
    codes.note(Uid{1}, "code", {Medium::mail, 1});
    codes.note(Uid{1}, "other", {Medium::mail, 1});
    codes.note(Uid{2}, "code", {Medium::mail, 1});
    codes.note(Uid{1}, "code", {Medium::sms, 1});
    EXPECT_EQ(medium_of(codes.take(Uid{1}, "code")), Medium::sms) << "the last one";
    EXPECT_EQ(codes.take(Uid{1}, "code"), std::nullopt);
    EXPECT_EQ(medium_of(codes.take(Uid{1}, "other")), Medium::mail);
    EXPECT_EQ(medium_of(codes.take(Uid{2}, "code")), Medium::mail);
    EXPECT_EQ(codes.take(Uid{3}, "code"), std::nullopt);
}

TEST(SentCodesOfAccounts, AreAloneWhereEachWentToTheSameAddress) {
    struct Case {
        std::vector<SentCode> sent;
        bool alone;
    };
    const std::vector<Case> cases{{{{Medium::mail, 1}}, true},
                                  {{{Medium::mail, 1}, {Medium::mail, 1}}, true},
                                  {{{Medium::sms, 1}, {Medium::mail, 1}}, false},
                                  {{{Medium::mail, 1}, {Medium::sms, 1}, {Medium::mail, 1}}, false},
                                  {{{Medium::mail, 1}, {Medium::mail, 2}}, false}};
    for (const Case& each : cases) {
        SentCodes codes;
        for (const SentCode& code : each.sent) {
            codes.note(Uid{1}, "code", code);
        }
        const auto used = codes.take(Uid{1}, "code");
        ASSERT_TRUE(used);
        EXPECT_EQ(used->alone, each.alone) << each.sent.size();
        EXPECT_EQ(used->last, each.sent.back());
        codes.note(Uid{1}, "code", {Medium::mail, 9});
        EXPECT_TRUE(codes.take(Uid{1}, "code").value().alone) << "what went before the use is over";
    }
}

TEST(SentCodesOfAccounts, GiveWayToNewerOnesAboveTheLimit) {
    SentCodes codes;
    for (std::uint32_t uid = 0; uid <= SentCodes::kept; ++uid) {
        codes.note(Uid{uid}, "code", {Medium::sms, 1});
    }
    EXPECT_EQ(codes.size(), SentCodes::kept);
    EXPECT_EQ(codes.take(Uid{0}, "code"), std::nullopt);
    EXPECT_EQ(medium_of(codes.take(Uid{1}, "code")), Medium::sms);
}

TEST(SentCodesOfAccounts, TakeNoMoreRoomForOneWhoAsksOften) {
    SentCodes codes;
    codes.note(Uid{1}, "code", {Medium::mail, 1});
    for (std::size_t n = 1; n < SentCodes::kept; ++n) {
        codes.note(Uid{2}, "code", {Medium::sms, 1});
    }
    EXPECT_EQ(codes.size(), 2U);
    EXPECT_EQ(medium_of(codes.take(Uid{1}, "code")), Medium::mail);
    codes.note(Uid{2}, "code", {Medium::mail, 1});
    EXPECT_EQ(medium_of(codes.take(Uid{2}, "code")), Medium::mail) << "a newer note of it outlives the older ones";
}

} // namespace
} // namespace loquet::outbox
