// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::sdk_conformance {
namespace {

using testing::ElementsAre;

OptionValue parse(int type, std::string_view notation) {
    return parse_value({"x", type, "", "help", 0, 0}, notation);
}

TEST(AnOptionValue, IsReadByItsType) {
    EXPECT_EQ(parse(LOQUET_OPTION_INTEGER, " -20 ").integer, -20);
    EXPECT_EQ(parse(LOQUET_OPTION_BOOLEAN, "true").integer, 1);
    EXPECT_EQ(parse(LOQUET_OPTION_BOOLEAN, "false").integer, 0);
    EXPECT_EQ(parse(LOQUET_OPTION_TEXT, R"("a \"b\" \\ \n\t é")").text, "a \"b\" \\ \n\t é");
    EXPECT_EQ(parse(LOQUET_OPTION_TEXT, "\"\"").text, "");
    EXPECT_THAT(parse(LOQUET_OPTION_TEXT_LIST, R"([ "a" , "b,c" ])").items, ElementsAre("a", "b,c"));
    EXPECT_TRUE(parse(LOQUET_OPTION_TEXT_LIST, "[]").items.empty());
}

TEST(AnOptionValue, IsReadStrictly) {
    using Wrong = std::pair<int, const char*>;
    for (const auto& [type, notation] :
         {Wrong{LOQUET_OPTION_INTEGER, ""}, Wrong{LOQUET_OPTION_INTEGER, "20 minutes"},
          Wrong{LOQUET_OPTION_INTEGER, "0x10"}, Wrong{LOQUET_OPTION_INTEGER, "+5"},
          Wrong{LOQUET_OPTION_INTEGER, "9223372036854775808"}, Wrong{LOQUET_OPTION_BOOLEAN, "yes"},
          Wrong{LOQUET_OPTION_BOOLEAN, "truefalse"}, Wrong{LOQUET_OPTION_BOOLEAN, "1"},
          Wrong{LOQUET_OPTION_TEXT, "bare"}, Wrong{LOQUET_OPTION_TEXT, "\"open"},
          Wrong{LOQUET_OPTION_TEXT, "\"a\" \"b\""}, Wrong{LOQUET_OPTION_TEXT, "\"\\x\""},
          Wrong{LOQUET_OPTION_TEXT, "\"a\nb\""}, Wrong{LOQUET_OPTION_TEXT, "\"\\"},
          Wrong{LOQUET_OPTION_TEXT_LIST, "\"a\""}, Wrong{LOQUET_OPTION_TEXT_LIST, "[\"a\""},
          Wrong{LOQUET_OPTION_TEXT_LIST, "[\"a\" \"b\"]"}, Wrong{LOQUET_OPTION_TEXT_LIST, "[\"a\",]"}, Wrong{0, "1"}}) {
        EXPECT_THROW((void)parse(type, notation), std::runtime_error) << notation;
    }
}

TEST(AnOptionValue, StaysWithinItsRange) {
    const loquet_option option{"x", LOQUET_OPTION_INTEGER, "5", "help", 5, 7};
    EXPECT_EQ(parse_value(option, "5").integer, 5);
    EXPECT_EQ(parse_value(option, "7").integer, 7);
    EXPECT_THROW((void)parse_value(option, "4"), std::runtime_error);
    EXPECT_THROW((void)parse_value(option, "8"), std::runtime_error);
}

TEST(AnOptionsFile, IsReadLineByLine) {
    const auto values = parse_lines("# a comment\n\n a = 1 \nb = \"x = y\"\r\n");
    EXPECT_THAT(values, ElementsAre(std::pair<const std::string, std::string>("a", "1"),
                                    std::pair<const std::string, std::string>("b", "\"x = y\"")));
    EXPECT_THROW((void)parse_lines("a = 1\na = 2\n"), std::runtime_error);
    EXPECT_THROW((void)parse_lines("a 1"), std::runtime_error);
}

TEST(OptionValues, AreTheManifestsInItsOrder) {
    const loquet_option options[] = {{"n", LOQUET_OPTION_INTEGER, "5", "help", 1, 9},
                                     {"t", LOQUET_OPTION_TEXT, "\"x\"", "help", 0, 0},
                                     {"l", LOQUET_OPTION_TEXT_LIST, "[\"a\"]", "help", 0, 0}};
    const loquet_manifest manifest{sizeof manifest, "m", "1", "s", nullptr, options, 3};
    OptionValues values(manifest, {{"t", "\"given\""}});
    const sdk::Options read(values.data(), values.size());
    EXPECT_EQ(read.integer("n"), 5);
    EXPECT_EQ(read.text("t"), "given");
    EXPECT_THAT(read.list("l"), ElementsAre("a"));
    EXPECT_THROW((void)read.integer("t"), sdk::Refusal);
    values.set_integers(manifest, true);
    EXPECT_EQ(sdk::Options(values.data(), values.size()).integer("n"), 9);
    EXPECT_THROW(OptionValues(manifest, {{"other", "1"}}), std::runtime_error);
}

} // namespace
} // namespace loquet::sdk_conformance
