// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/hotp.h"

#include <gtest/gtest.h>

#include <string>

namespace loquet::plugins_totp {
namespace {

// The seeds of the two documents: the digits 1 to 9 and 0, over and over, as long as the digest (RFC 6238, errata
// 2866).
const std::string seed_20 = "12345678901234567890";
const std::string seed_32 = "12345678901234567890123456789012";
const std::string seed_64 = "1234567890123456789012345678901234567890123456789012345678901234";

TEST(AnHotp, IsWhatAppendixDOfRfc4226Says) {
    const char* const expected[] = {"755224", "287082", "359152", "969429", "338314",
                                    "254676", "287922", "162583", "399871", "520489"};
    for (std::uint64_t counter = 0; counter < std::size(expected); ++counter) {
        EXPECT_EQ(view(hotp(Digest::sha1, seed_20, counter, 6)), expected[counter]) << counter;
    }
}

TEST(ATotp, IsWhatAppendixBOfRfc6238Says) {
    struct {
        std::int64_t seconds;
        const char* sha1;
        const char* sha256;
        const char* sha512;
    } const expected[] = {
        {59, "94287082", "46119246", "90693936"},
        {1'111'111'109, "07081804", "68084774", "25091201"},
        {1'111'111'111, "14050471", "67062674", "99943326"},
        {1'234'567'890, "89005924", "91819424", "93441116"},
        {2'000'000'000, "69279037", "90698825", "38618901"},
        {20'000'000'000, "65353130", "77737706", "47863826"},
    };
    for (const auto& each : expected) {
        const auto step = static_cast<std::uint64_t>(step_at(each.seconds * 1000));
        EXPECT_EQ(view(hotp(Digest::sha1, seed_20, step, 8)), each.sha1) << each.seconds;
        EXPECT_EQ(view(hotp(Digest::sha256, seed_32, step, 8)), each.sha256) << each.seconds;
        EXPECT_EQ(view(hotp(Digest::sha512, seed_64, step, 8)), each.sha512) << each.seconds;
    }
}

TEST(ATotp, OfSevenAndSixDigitsIsTheEndOfTheOneOfEight) {
    const std::uint64_t step = 1;
    EXPECT_EQ(view(hotp(Digest::sha1, seed_20, step, 7)), "4287082");
    EXPECT_EQ(view(hotp(Digest::sha1, seed_20, step, 6)), "287082");
}

TEST(AStep, BeginsEveryThirtySecondsAlsoBefore1970) {
    EXPECT_EQ(step_at(0), 0);
    EXPECT_EQ(step_at(29'999), 0);
    EXPECT_EQ(step_at(30'000), 1);
    EXPECT_EQ(step_at(-1), -1);
    EXPECT_EQ(step_at(-30'000), -1);
    EXPECT_EQ(step_at(-30'001), -2);
}

} // namespace
} // namespace loquet::plugins_totp
