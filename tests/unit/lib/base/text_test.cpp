// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace loquet::base {

namespace {

struct Row {
    std::string_view what;
    std::string_view bytes;
    bool good;
};

void PrintTo(const Row& row, std::ostream* out) { // NOLINT(readability-identifier-naming): GoogleTest's name
    *out << row.what;
}

// RFC 3629, section 4, at every border and beyond it.
constexpr std::array<Row, 27> rows{{
    {"nothing", "", true},
    {"ASCII", "abc\x7f", true},
    {"smallest of two", "\xc2\x80", true},
    {"largest of two", "\xdf\xbf", true},
    {"smallest of three", "\xe0\xa0\x80", true},
    {"before the surrogates", "\xed\x9f\xbf", true},
    {"after the surrogates", "\xee\x80\x80", true},
    {"largest of three", "\xef\xbf\xbf", true},
    {"smallest of four", "\xf0\x90\x80\x80", true},
    {"largest", "\xf4\x8f\xbf\xbf", true},
    {"mixed", "é€𝄞z", true},
    {"continuation alone", "\x80", false},
    {"overlong slash of two", "\xc0\xaf", false},
    {"overlong DEL of two", "\xc1\xbf", false},
    {"overlong slash of three", "\xe0\x80\xaf", false},
    {"overlong of three", "\xe0\x9f\xbf", false},
    {"overlong of four", "\xf0\x8f\xbf\xbf", false},
    {"first surrogate", "\xed\xa0\x80", false},
    {"last surrogate", "\xed\xbf\xbf", false},
    {"above the end", "\xf4\x90\x80\x80", false},
    {"five bytes", "\xf8\x88\x80\x80\x80", false},
    {"never a byte", "\xff", false},
    {"cut after one of two", "a\xc3", false},
    {"cut after two of three", "\xe2\x82", false},
    {"cut after three of four", "\xf0\x9d\x84", false},
    {"continued by ASCII", "\xc3z", false},
    {"Latin 1", "caf\xe9", false},
}};

class AText : public testing::TestWithParam<Row> {};

TEST_P(AText, IsUtf8OrNot) {
    EXPECT_EQ(is_utf8(GetParam().bytes), GetParam().good);
}

TEST_P(AText, ThatIsMadePrintableIsPrintable) {
    const std::string shown = printable(GetParam().bytes);
    EXPECT_TRUE(is_printable(shown)) << shown;
    EXPECT_EQ(is_printable(GetParam().bytes), shown == GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Utf8, AText, testing::ValuesIn(rows));

TEST(ACodePoint, IsReadOneAfterTheOther) {
    const std::string_view text = "aé€𝄞";
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(text, at), U'a');
    EXPECT_EQ(next_code_point(text, at), U'é');
    EXPECT_EQ(next_code_point(text, at), U'€');
    EXPECT_EQ(next_code_point(text, at), U'𝄞');
    EXPECT_EQ(at, text.size());
    EXPECT_EQ(next_code_point(text, at), std::nullopt);
}

TEST(ACodePoint, ThatIsNoneLeavesThePlace) {
    std::size_t at = 1;
    EXPECT_EQ(next_code_point("a\xff", at), std::nullopt);
    EXPECT_EQ(at, 1U);
}

TEST(APrintableText, T22_HoldsNothingThatATerminalWouldObey) {
    for (unsigned c = 0; c < 0x20; ++c) {
        const std::string shown = printable(std::string(1, static_cast<char>(c)));
        EXPECT_EQ(shown.substr(0, 2), "\\x") << c;
        EXPECT_EQ(shown.size(), 4U) << c;
    }
    EXPECT_EQ(printable("a\nb\x1b[2Jc\x7f"), "a\\x0ab\\x1b[2Jc\\x7f");
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\u{009b}31m"); // the 8-bit CSI
}

TEST(APrintableText, T22_HoldsNothingThatTurnsTheDirectionOrBreaksTheLine) {
    constexpr std::array<std::string_view, 16> turning{"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066",
                                                       "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c",
                                                       "\u2028", "\u2029", "\ufeff", "\u0085"};
    for (const std::string_view text : turning) {
        EXPECT_FALSE(is_printable(text)) << printable(text);
        EXPECT_TRUE(printable(text).starts_with("\\u{")) << printable(text);
    }
    EXPECT_EQ(printable("\u202e"), "\\u{202e}");
    EXPECT_EQ(printable("\u2027\u202f\u2065\u206a"), "\u2027\u202f\u2065\u206a") << "the neighbours are shown";
}

TEST(APrintableText, SaysWhichByteIsNotUtf8AndGoesOn) {
    EXPECT_EQ(printable("caf\xe9!"), "caf\\xe9!");
    EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
}

TEST(APrintableText, KeepsAsMuchAsTheLimitAndSaysThatThereWasMore) {
    EXPECT_EQ(printable("abcd", 4), "abcd");
    EXPECT_EQ(printable("abcde", 4), "a...");
    EXPECT_EQ(printable("", 0), "");
    EXPECT_EQ(printable(std::string(1024, 'a')), std::string(1024, 'a'));
    EXPECT_EQ(printable(std::string(1025, 'a')), std::string(1021, 'a') + "...");
}

TEST(APrintableText, IsWithinTheLimitThoughWhatIsWrittenOutIsLonger) {
    for (const std::string_view piece : {"\x01", "\xff", "\u202e", "\u0085", "𝄞", "a"}) {
        std::string text;
        for (std::size_t count = 0; count < 40; ++count, text += piece) {
            for (std::size_t limit = 0; limit < 40; ++limit) {
                const std::string shown = printable(text, limit);
                EXPECT_LE(shown.size(), limit);
                EXPECT_TRUE(is_printable(shown)) << shown;
                EXPECT_EQ(printable(shown, limit), shown) << "once more changes nothing";
            }
        }
    }
    EXPECT_EQ(printable("\x01\x01", 8), "\\x01\\x01");
    EXPECT_EQ(printable("\x01\x01\x01", 8), "\\x01...");
}

TEST(APrintableText, IsNotCutWithinACodePoint) {
    EXPECT_EQ(printable("aé€𝄞aé€𝄞", 9), "aé€...");
    EXPECT_EQ(printable("aé€𝄞aé€𝄞", 8), "aé...");
}

TEST(LowerAscii, FoldsAsciiAndNothingElse) {
    EXPECT_EQ(lower_ascii("AZaz09@[`{É"), "azaz09@[`{É");
}

TEST(Hexadecimal, HasTwoDigitsForEachByte) {
    const std::array<std::uint8_t, 4> bytes{0x00, 0x0f, 0xf0, 0xff};
    EXPECT_EQ(to_hex(bytes), "000ff0ff");
    EXPECT_EQ(to_hex({}), "");
}

} // namespace

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
