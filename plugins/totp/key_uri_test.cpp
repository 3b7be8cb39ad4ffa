// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/key_uri.h"

#include <gtest/gtest.h>

namespace loquet::plugins_totp {
namespace {

TEST(ASeed, IsBase32AsRfc4648Says) {
    EXPECT_EQ(view(base32("")), "");
    EXPECT_EQ(view(base32("fooba")), "MZXW6YTB");
    EXPECT_EQ(view(base32(std::string_view("\0\xFF\0\xFF\0", 5))), "AD7QB7YA");
    EXPECT_EQ(view(base32("12345678901234567890")), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(ASeed, IsShownInGroupsOfFour) {
    EXPECT_EQ(view(in_groups("ABCDEFGHIJKL")), "ABCD EFGH IJKL");
    EXPECT_EQ(view(in_groups("ABCDE")), "ABCD E");
    EXPECT_EQ(view(in_groups("")), "");
}

TEST(AName, IsPercentEncodedButForWhatRfc3986LetsStand) {
    EXPECT_EQ(percent_encoded("camille.le-gall_2~"), "camille.le-gall_2~");
    EXPECT_EQ(percent_encoded("a b:c&d=e?f/g%h@i+"), "a%20b%3Ac%26d%3De%3Ff%2Fg%25h%40i%2B");
    EXPECT_EQ(percent_encoded("é\x01"), "%C3%A9%01");
}

TEST(AUri, SaysWhatAnApplicationMustKnow) {
    Generator generator;
    generator.seed.assign(seed_bytes, 'A');
    const std::string secret = "IFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKB";
    EXPECT_EQ(view(key_uri(generator, "Loquet", "camille")),
              "otpauth://totp/Loquet:camille?secret=" + secret + "&issuer=Loquet");
    EXPECT_EQ(view(key_uri(generator, "", "camille")), "otpauth://totp/camille?secret=" + secret);
    generator.digest = Digest::sha512;
    generator.digits = 8;
    EXPECT_EQ(view(key_uri(generator, "Mairie d'Ars", "rené@ici")),
              "otpauth://totp/Mairie%20d%27Ars:ren%C3%A9%40ici?secret=" + secret
                  + "&issuer=Mairie%20d%27Ars&algorithm=SHA512&digits=8");
}

} // namespace
} // namespace loquet::plugins_totp
