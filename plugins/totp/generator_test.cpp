// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/totp/generator.h"

#include <gtest/gtest.h>

#include <random>
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

constexpr std::int64_t noon = 1'700'000'010'000; // the beginning of a step
static_assert(noon % period_ms == 0);

Generator generator() {
    constexpr std::string_view seed = "12345678901234567890";
    Generator made;
    made.seed.assign(seed.begin(), seed.end());
    return made;
}

/// What the person's device shows at a time.
std::string code_at(const Generator& g, std::int64_t now) {
    return std::string(view(hotp(g.digest, view(g.seed), static_cast<std::uint64_t>(step_at(now)), g.digits)));
}

TEST(AGenerator, IsRightInThePresentStepTheOneBeforeAndTheOneAfterAndNoOther) {
    for (std::int64_t off = -5; off <= 5; ++off) {
        const bool accepted = accept(generator(), noon, code_at(generator(), noon + off * period_ms)).has_value();
        EXPECT_EQ(accepted, off >= -1 && off <= 1) << off;
    }
}

TEST(AGenerator, IsBelievedUntilTheStepAfterHasEnded) {
    const std::string code = code_at(generator(), noon);
    EXPECT_TRUE(accept(generator(), noon - period_ms, code));
    EXPECT_FALSE(accept(generator(), noon - period_ms - 1, code));
    EXPECT_TRUE(accept(generator(), noon + 2 * period_ms - 1, code));
    EXPECT_FALSE(accept(generator(), noon + 2 * period_ms, code));
}

TEST(AGenerator, T9_IsRightWithACodeOnceAndWithNoOlderOne) {
    const auto used = accept(generator(), noon, code_at(generator(), noon));
    ASSERT_TRUE(used);
    for (std::int64_t later = -period_ms; later < 3 * period_ms; later += 10'000) {
        EXPECT_FALSE(accept(*used, noon + later, code_at(generator(), noon))) << later;
    }
    EXPECT_FALSE(accept(*used, noon, code_at(generator(), noon - period_ms)));
    EXPECT_TRUE(accept(*used, noon, code_at(generator(), noon + period_ms)));
}

TEST(AGenerator, T27_IsNotRightAgainWhenTheClockIsSetBack) {
    const auto used = accept(generator(), noon, code_at(generator(), noon));
    ASSERT_TRUE(used);
    const std::int64_t earlier = noon - 100 * period_ms;
    EXPECT_FALSE(accept(*used, earlier, code_at(generator(), earlier)));
}

TEST(AGenerator, WhoseClockRunsAwayIsFollowedAsFarAsTheLimit) {
    for (const std::int64_t direction : {-1, 1}) {
        Generator kept = generator();
        std::int64_t now = noon;
        for (std::int64_t drift = 1; drift <= most_drift; ++drift) {
            now += 100 * period_ms;
            const auto next = accept(kept, now, code_at(kept, now + direction * drift * period_ms));
            ASSERT_TRUE(next) << direction * drift;
            EXPECT_EQ(next->drift, direction * drift);
            kept = *next;
        }
        now += 100 * period_ms;
        const auto beyond = accept(kept, now, code_at(kept, now + direction * (most_drift + 1) * period_ms));
        ASSERT_TRUE(beyond);
        EXPECT_EQ(beyond->drift, direction * most_drift);
        now += 100 * period_ms;
        EXPECT_FALSE(accept(*beyond, now, code_at(kept, now + direction * (most_drift + 2) * period_ms)));
    }
}

TEST(AGenerator, TakesACodeAsItIsTypedButNothingElse) {
    const std::string code = code_at(generator(), noon);
    EXPECT_TRUE(accept(generator(), noon, code.substr(0, 3) + ' ' + code.substr(3)));
    EXPECT_TRUE(accept(generator(), noon, code + ' '));
    for (const std::string& typed : {std::string(), code.substr(1), code + "0", "0" + code, code + std::string(1, '\0'),
                                     std::string(4096, '0'), std::string("abcdef")}) {
        EXPECT_FALSE(accept(generator(), noon, typed)) << typed;
    }
}

TEST(AGenerator, IsKeptInThirtyTwoBytesAndComesBackTheSame) {
    std::mt19937 random(5);
    for (int n = 0; n < 1000; ++n) {
        Generator kept = generator();
        kept.digest = static_cast<Digest>(1 + random() % 3);
        kept.digits = 6 + static_cast<int>(random() % 3);
        kept.drift = static_cast<std::int64_t>(random() % 21) - 10;
        kept.last_step = static_cast<std::int64_t>(random());
        kept.seed.assign(seed_bytes, static_cast<char>(random()));
        const SecureText state = encode(kept);
        ASSERT_EQ(state.size(), 32U);
        const Generator back = decode(view(state));
        EXPECT_EQ(back.digest, kept.digest);
        EXPECT_EQ(back.digits, kept.digits);
        EXPECT_EQ(back.drift, kept.drift);
        EXPECT_EQ(back.last_step, kept.last_step);
        EXPECT_EQ(back.seed, kept.seed);
    }
}

TEST(AGenerator, IsRefusedWhereItIsDamaged) {
    const std::string state(view(encode(generator())));
    for (std::size_t size = 0; size < state.size(); ++size) {
        EXPECT_THROW((void)decode(state.substr(0, size)), factor::DamagedState) << size;
    }
    EXPECT_THROW((void)decode(state + '\0'), factor::DamagedState);
    struct {
        std::size_t at;
        int value;
    } const damages[] = {
        {0, 0}, {0, 2}, {0, 255}, {1, 0}, {1, 4}, {2, 5}, {2, 9}, {3, 11}, {3, 256 - 11}, {4, 128}, {4, 255},
    }; // version, digest, digits, drift, the sign of the last step
    for (const auto& [at, value] : damages) {
        std::string damaged = state;
        damaged[at] = static_cast<char>(value);
        EXPECT_THROW((void)decode(damaged), factor::DamagedState) << at << ' ' << value;
    }
}

} // namespace
} // namespace loquet::plugins_totp
