// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/account_words.h"
#include "plugins/password_rules/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_password_rules {
namespace {

using testing::ElementsAre;

TEST(AccountWords, AreTheFactsAndTheirPartsOfFourCharactersAndMore) {
    const AccountWords words(Alphabet(), {{"name", "abc"}, {"display_name", "Anne Le Gall"}, {"name", "anne"}});
    EXPECT_THAT(words.ascii(), ElementsAre("anne le gall", "anne", "gall"));
}

TEST(AccountWords, DoNotTakeTheStarsOfAMaskForAWord) {
    const AccountWords words(Alphabet(), {{"phone_masked", "** ** ** ** 42"}, {"mail_masked", "a***@example.org"}});
    EXPECT_FALSE(words.in(read_characters("****")));
    EXPECT_TRUE(words.in(read_characters("my example")));
}

TEST(AccountWords, KnowATelephoneNumberWithoutItsCountry) {
    const AccountWords words(Alphabet(), {{"phone", "+33612345678"}});
    EXPECT_TRUE(words.in(read_characters("+33612345678")));
    EXPECT_TRUE(words.in(read_characters("me0612345678!")));
    EXPECT_FALSE(words.in(read_characters("2345678")));
}

TEST(AccountWords, HaveABound) {
    std::vector<std::string> values;
    std::vector<Fact> facts;
    for (std::size_t n = 0; n <= AccountWords::most; ++n) {
        values.push_back("word" + std::to_string(100 + n));
    }
    facts.reserve(values.size());
    for (const auto& value : values) {
        facts.push_back({"name", value});
    }
    const AccountWords words(Alphabet(), facts);
    EXPECT_TRUE(words.in(read_characters(values[AccountWords::most - 1])));
    EXPECT_FALSE(words.in(read_characters(values[AccountWords::most])));
}

TEST(AccountWords, AreNotReadByZxcvbnWhereItCannot) {
    const AccountWords words(Alphabet(), {{"name", "Ольга"}});
    EXPECT_TRUE(words.ascii().empty());
    EXPECT_TRUE(words.in(Alphabet().fold(read_characters("ОЛЬГА1"))));
}

} // namespace
} // namespace loquet::plugins_password_rules
