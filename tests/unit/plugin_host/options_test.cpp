// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace loquet::plugin_host {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<loquet_option, 4> known{{
    {"greeting", LOQUET_OPTION_TEXT, "\"hello\"", "What is said.", 0, 0},
    {"tries", LOQUET_OPTION_INTEGER, "5", "How often.", 1, 20},
    {"strict", LOQUET_OPTION_BOOLEAN, "true", "Whether.", 0, 0},
    {"words", LOQUET_OPTION_TEXT_LIST, "[\"a\", \"b\"]", "Which.", 0, 0},
}};
const loquet_manifest manifest{sizeof(loquet_manifest), "many", "1", "Many.", nullptr, known.data(), known.size()};

ReadOptions read(std::string_view text) {
    return read_options(manifest, text, "many.toml");
}

std::string text_of(const loquet_text& text) {
    return {text.data, text.size};
}

TEST(Options, AreTheDefaultsWhereTheFileSaysNothing) {
    const ReadOptions result = read("");
    ASSERT_TRUE(result.complaints.empty());
    const auto& values = result.options.values();
    ASSERT_EQ(values.size(), 4U);
    EXPECT_STREQ(values[0].name, "greeting");
    EXPECT_EQ(text_of(values[0].text), "hello");
    EXPECT_EQ(values[1].integer, 5);
    EXPECT_EQ(values[2].integer, 1);
    ASSERT_EQ(values[3].item_count, 2U);
    EXPECT_EQ(text_of(values[3].items[1]), "b");
}

TEST(Options, AreWhatTheFileSaysInTheManifestsOrder) {
    const ReadOptions result =
        read("words = []\nstrict = false\ntries = 20\ngreeting = \"na\u00efve\"\nplugin = \"many\"\n");
    ASSERT_TRUE(result.complaints.empty());
    const auto& values = result.options.values();
    EXPECT_EQ(text_of(values[0].text), "na\u00efve");
    EXPECT_EQ(values[1].integer, 20);
    EXPECT_EQ(values[2].integer, 0);
    EXPECT_EQ(values[3].item_count, 0U);
}

TEST(Options, KeepTheirMemoryWhenTheyMove) {
    ReadOptions result = read("greeting = \"hi\"\nwords = [\"x\"]\n");
    const Options moved = std::move(result.options);
    EXPECT_EQ(text_of(moved.values()[0].text), "hi");
    EXPECT_EQ(text_of(moved.values()[3].items[0]), "x");
}

TEST(Options, ComplainOfEveryMistakeWithItsPlace) {
    const ReadOptions result = read("greeting = 3\ntries = 21\n  strict = \"yes\"\nwords = [\"a\", 1]\ntires = 5\n");
    EXPECT_THAT(result.complaints,
                ElementsAre("many.toml:5:1: unknown option tires; known are: plugin, greeting, tries, strict, words",
                            "many.toml:1:12: greeting must be a text in quotes",
                            "many.toml:2:9: tries must be between 1 and 20",
                            "many.toml:3:12: strict must be true or false",
                            "many.toml:4:9: words must be a list of texts"));
}

TEST(Options, AcceptBothEndsOfARange) {
    EXPECT_TRUE(read("tries = 1").complaints.empty());
    EXPECT_TRUE(read("tries = 20").complaints.empty());
    EXPECT_FALSE(read("tries = 0").complaints.empty());
    EXPECT_FALSE(read("tries = 1.0").complaints.empty());
}

TEST(Options, ComplainOfAFileThatIsNoToml) {
    EXPECT_THAT(read("tries = 1\ntries = 2\n").complaints, ElementsAre(HasSubstr("many.toml:2:")));
    EXPECT_THAT(read("greeting = \"no end\n").complaints, ElementsAre(HasSubstr("many.toml:1:")));
}

TEST(Options, HaveALimitForTextsAndLists) {
    const std::string most(limits::plugin_option_bytes, 'x');
    EXPECT_TRUE(read("greeting = \"" + most + "\"").complaints.empty());
    EXPECT_FALSE(read("greeting = \"" + most + "x\"").complaints.empty());
    std::string list = "words = [";
    for (std::size_t i = 0; i < limits::plugin_options; ++i) {
        list += "\"w\",";
    }
    EXPECT_TRUE(read(list + "]").complaints.empty());
    EXPECT_FALSE(read(list + "\"w\"]").complaints.empty());
    EXPECT_FALSE(read("greeting = \"a\\u0000b\"").complaints.empty());
}

TEST(Options, NameThePluginOfAnInstance) {
    EXPECT_EQ(plugin_of_instance("house", "", "f"), "house");
    EXPECT_EQ(plugin_of_instance("house", "plugin = \"many\"", "f"), "many");
    EXPECT_THROW((void)plugin_of_instance("house", "plugin = 1", "f"), base::Error);
}

} // namespace

} // namespace loquet::plugin_host
