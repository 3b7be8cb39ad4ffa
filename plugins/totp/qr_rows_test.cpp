// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/qr_rows.h"
#include "plugins/totp/terminal_picture.h"

#include <gtest/gtest.h>

namespace loquet::plugins_totp {
namespace {

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
