// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/json_object.h"
#include "lib/base/error.h"
#include "tests/support/error_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace loquet::accounts {
namespace {

using base::Error;
using Members = std::map<std::string, JsonValue>;

JsonText text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

Members read(std::string_view text) {
    Members members;
    read_json_object(text,
                     [&](std::string_view key, JsonValue value) { members[std::string(key)] = std::move(value); });
    return members;
}

TEST(AJsonObject, HasTextsNumbersBooleansAndLists) {
    EXPECT_EQ(read(R"( { "a" : "x" , "b":7,"c":true, "d":false,"e":["p","q"],"f":[],"g":0 } )"),
              (Members{{"a", text("x")},
                       {"b", std::uint64_t{7}},
                       {"c", true},
                       {"d", false},
                       {"e", std::vector<JsonText>{text("p"), text("q")}},
                       {"f", std::vector<JsonText>{}},
                       {"g", std::uint64_t{0}}}));
    EXPECT_EQ(read("{}"), Members{});
}

TEST(AJsonObject, IsWithoutAMemberThatIsNull) {
    EXPECT_EQ(read(R"({"a":null,"b":1})"), (Members{{"b", std::uint64_t{1}}}));
}

TEST(AJsonObject, UnderstandsEveryEscape) {
    EXPECT_EQ(read(R"({"a":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00"})"),
              (Members{{"a", text("\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001f600")}}));
    EXPECT_EQ(read("{\"é\":\"ü\"}"), (Members{{"é", text("ü")}}));
}

class NoJsonObject : public ::testing::TestWithParam<std::string> {};

TEST_P(NoJsonObject, IsRefused) {
    EXPECT_EQ(tests::kind_of_error([] { (void)read(GetParam()); }), Error::Kind::invalid);
}

INSTANTIATE_TEST_SUITE_P(OfAnyKind, NoJsonObject,
                         ::testing::Values("", "x", "[]", "\"a\"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}",
                                           "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":1}x", "{\"a\":1}{}", "{\"a\":-1}",
                                           "{\"a\":1.5}", "{\"a\":1e3}", "{\"a\":01}", "{\"a\":18446744073709551616}",
                                           "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":[\"x\",]}", "{\"a\":[\"x\"",
                                           "{\"a\":\"x", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud83d\"}",
                                           "{\"a\":\"\\ude00\"}", "{\"a\":\"\\ud83d\\u0041\"}",
                                           "{\"a\":\"\\ud83d \\ude00\"}", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}",
                                           "{\"a\":1,\"a\":1}", "{\"a\":tru}"));

TEST(AJsonObject, SaysWhereItIsNoneAndQuotesNothing) {
    try {
        (void)read(R"({"password_hash":"$y$secret$hash" "x":1})");
        FAIL() << "it was accepted";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("column 35"));
        EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("secret")));
    }
}

} // namespace
} // namespace loquet::accounts
