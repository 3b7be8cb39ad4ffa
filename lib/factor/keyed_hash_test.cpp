// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/keyed_hash.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace loquet::factor {

namespace {

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        out += digits[value >> 4U];
        out += digits[value & 15U];
    }
    return out;
}

TEST(AnHmac, IsWhatTheVectorsOfRfc2202AndRfc4231Say) {
    constexpr std::string_view text = "what do ya want for nothing?";
    EXPECT_EQ(hex(view(hmac(Digest::sha1, "Jefe", text))), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    EXPECT_EQ(hex(view(hmac(Digest::sha256, "Jefe", text))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(view(hmac(Digest::sha512, "Jefe", text))),
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(AKeyedHash, DependsOnKeySaltAndCode) {
    const std::string key(key_bytes, 'k');
    const Salt salt{'s'};
    const Hash hash = keyed_hash(key, salt, "123456");
    EXPECT_TRUE(same(view(hash), view(keyed_hash(key, salt, "123456"))));
    EXPECT_FALSE(same(view(hash), view(keyed_hash(std::string(key_bytes, 'l'), salt, "123456"))));
    EXPECT_FALSE(same(view(hash), view(keyed_hash(key, Salt{'t'}, "123456"))));
    EXPECT_FALSE(same(view(hash), view(keyed_hash(key, salt, "123457"))));
}

TEST(AKeyedHash, IsNotMadeWithoutTheAccountsKey) {
    EXPECT_THROW((void)keyed_hash("", {}, "123456"), std::invalid_argument);
    EXPECT_THROW((void)keyed_hash(std::string(key_bytes - 1, 'k'), {}, "123456"), std::invalid_argument);
    EXPECT_THROW((void)keyed_hash(std::string(key_bytes + 1, 'k'), {}, "123456"), std::invalid_argument);
}

TEST(AComparison, TellsLengthsAndContentsApart) {
    EXPECT_TRUE(same("", ""));
    EXPECT_TRUE(same("abc", "abc"));
    EXPECT_FALSE(same("abc", "abd"));
    EXPECT_FALSE(same("abc", "ab"));
}

} // namespace

namespace {

TEST(ATypedCode, IsTheSameWithBlanksHyphensAndInLowerCase) {
    for (const char* typed : {"BCDF-GHJK", "bcdfghjk", " bcdf ghjk\t", "BCDF\xC2\xA0GHJK", "BCDF\xE2\x80\xAFGHJK",
                              "b-c-d-f-g-h-j-k", "BCDF\xE2\x80\x91GHJK", "BCDF \xE2\x80\x93 GHJK"}) {
        EXPECT_EQ(view(compact(typed)), "BCDFGHJK") << typed;
    }
    EXPECT_EQ(view(compact("12 34-56")), "123456");
}

TEST(ATypedCode, KeepsWhateverElseItHolds) {
    EXPECT_EQ(view(compact("12.34\n")), "12.34\n");
    EXPECT_EQ(view(compact("\xD9\xA1\xE2\x80")), "\xD9\xA1\xE2\x80");
    EXPECT_EQ(compact(std::string_view("1\0 2", 4)).size(), 3U);
    EXPECT_EQ(view(compact(" - ")), "");
    EXPECT_EQ(view(compact("")), "");
}

} // namespace

} // namespace loquet::factor
