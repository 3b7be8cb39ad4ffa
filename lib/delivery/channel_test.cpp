// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/channel.h"
#include "tests/support/channel_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::delivery {
namespace {

enum class Animal { cat, dog, hen };

Animal animal_of(const std::string& word) {
    tests::ChannelOptions options;
    options.set("animal", word);
    const auto values = options.values();
    return choice<Animal>(sdk::Options(values.data(), values.size()), "animal",
                          {{"cat", Animal::cat}, {"dog", Animal::dog}, {"hen", Animal::hen}});
}

TEST(AnOptionOfOneWord, IsOneOfThoseThatAreKnown) {
    EXPECT_EQ(animal_of("cat"), Animal::cat);
    EXPECT_EQ(animal_of("hen"), Animal::hen);
    for (const char* word : {"", "Cat", "cow", "cat ", "ca"}) {
        try {
            (void)animal_of(word);
            ADD_FAILURE() << word;
        } catch (const sdk::Refusal& refusal) {
            EXPECT_STREQ(refusal.what(), "animal must be cat, dog or hen");
        }
    }
}

TEST(TheRulesOfATransfer, AreThoseOfTheOptionsAndOfAFileThatCanBeRead) {
    tests::ChannelOptions options;
    options.set("ca_file", "").set("connect_seconds", 3).set("seconds", 7);
    const auto rules_with = [&](const std::string& ca_file) {
        options.set("ca_file", ca_file);
        const auto values = options.values();
        return transfer_rules(sdk::Options(values.data(), values.size()), "smtps");
    };
    const TransferRules rules = rules_with("/dev/null");
    EXPECT_EQ(rules.protocols, "smtps");
    EXPECT_EQ(rules.ca_file, "/dev/null");
    EXPECT_EQ(rules.connect_timeout, std::chrono::seconds(3));
    EXPECT_EQ(rules.timeout, std::chrono::seconds(7));
    EXPECT_EQ(rules_with("").ca_file, "");
    EXPECT_THROW((void)rules_with("dev/null"), sdk::Refusal);
    EXPECT_THROW((void)rules_with("/absent"), sdk::Refusal);
}

TEST(AControlCharacter, IsOneOfAsciiThatIsNotPermitted) {
    for (const std::string_view text : {"a\nb", "\t", "\x7f", "\x1f"}) {
        EXPECT_TRUE(has_control_character(text)) << text;
    }
    EXPECT_TRUE(has_control_character(std::string_view("\0", 1)));
    for (const std::string_view text : {"", "a b", "é~", "\xC2\x80"}) {
        EXPECT_FALSE(has_control_character(text)) << text;
    }
    EXPECT_FALSE(has_control_character("a\nb", "\n"));
    EXPECT_TRUE(has_control_character("a\n\rb", "\n"));
}

} // namespace
} // namespace loquet::delivery
