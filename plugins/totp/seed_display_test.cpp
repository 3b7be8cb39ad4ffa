// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/seed_display.h"
#include "plugins/totp/terminal_picture.h"

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

std::vector<std::string> rows_of(std::size_t bytes, std::size_t most_rows = 100) {
    std::vector<std::string> rows;
    for (const auto& row : qr_rows(std::string(bytes, 'x'), most_rows)) {
        rows.emplace_back(view(row));
    }
    return rows;
}

TEST(AQrCode, IsTheSmallestThatHoldsTheText) {
    // What ISO/IEC 18004, table 7 gives versions 1 to 8 in bytes, at the lowest correction of errors.
    const std::size_t capacities[] = {17, 32, 53, 78, 106, 134, 154, 192};
    for (std::size_t version = 1; version <= std::size(capacities); ++version) {
        const std::size_t modules = 17 + 4 * version + 8;
        EXPECT_EQ(rows_of(capacities[version - 1]).size(), (modules + 1) / 2) << version;
        EXPECT_EQ(rows_of(capacities[version - 1] + 1).size(), (modules + 4 + 1) / 2) << version;
    }
}

TEST(AQrCode, HasAQuietZoneOfFourLightModulesAndASquareCorner) {
    const auto lines = halves_of(rows_of(100));
    const std::size_t modules = 37 + 8;
    ASSERT_EQ(lines.size(), modules + 1);
    for (std::size_t y = 0; y < modules; ++y) {
        ASSERT_EQ(lines[y].size(), modules);
        for (std::size_t x = 0; x < modules; ++x) {
            if (y < 4 || y >= modules - 4 || x < 4 || x >= modules - 4) {
                EXPECT_TRUE(lines[y][x]) << x << ' ' << y;
            }
        }
    }
    for (std::size_t n = 0; n < 7; ++n) { // the finder pattern's edge
        EXPECT_FALSE(lines[4][4 + n]);
        EXPECT_FALSE(lines[4 + n][4]);
    }
    EXPECT_TRUE(lines[5][5]);
}

TEST(AQrCode, IsLeftOutWhereItNeedsMoreRowsThanThereAre) {
    EXPECT_EQ(rows_of(192, 29).size(), 29U);
    EXPECT_TRUE(rows_of(193, 29).empty());
    EXPECT_TRUE(rows_of(192, 28).empty());
    EXPECT_TRUE(rows_of(10'000).empty()) << "more than any QR code holds";
}

} // namespace
} // namespace loquet::plugins_totp
