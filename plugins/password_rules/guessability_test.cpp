// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/guessability.h"
#include "plugins/password_rules/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>

namespace loquet::plugins_password_rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

class ACommonPasswordsFile : public testing::Test {
protected:
    ACommonPasswordsFile() {
        std::string pattern = testing::TempDir() + "loquet-common-XXXXXX";
        folder = mkdtemp(pattern.data());
        path = folder / "common";
    }
    ~ACommonPasswordsFile() override { std::filesystem::remove_all(folder); }

    void write(const std::string& content) const {
        std::ofstream(path, std::ios::binary) << content;
        chmod(path.c_str(), 0644);
    }
    [[nodiscard]] std::string complaint(uid_t owner = getuid()) const {
        try {
            const CommonPasswords list(path, alphabet, owner);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    Alphabet alphabet;
    std::filesystem::path folder;
    std::filesystem::path path;
};

TEST_F(ACommonPasswordsFile, IsReadLineByLineWithoutRegardToCase) {
    write("Azerty123\r\n\nmotdepasse\nSoleilÉté");
    const CommonPasswords list(path, alphabet, getuid());
    EXPECT_EQ(list.size(), 3U);
    for (const char* common : {"AZERTY123", "motdepasse", "soleilete"}) {
        EXPECT_TRUE(list.contains(alphabet.fold(read_characters(common)))) << common;
    }
    EXPECT_FALSE(list.contains(read_characters("azerty1234")));
    EXPECT_FALSE(list.contains({}));
}

TEST_F(ACommonPasswordsFile, MustExistAndBeAPlainFile) {
    EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(complaint(), HasSubstr("not a plain file"));
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/etc/hostname", path);
    EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
}

TEST_F(ACommonPasswordsFile, MustBelongToItsOwnerAlone) {
    write("azerty\n");
    EXPECT_EQ(complaint(), "");
    EXPECT_THAT(complaint(getuid() + 1), HasSubstr("must belong to root"));
    chmod(path.c_str(), 0664);
    EXPECT_THAT(complaint(), HasSubstr("writable by nobody else"));
}

TEST_F(ACommonPasswordsFile, HasABoundOfBytes) {
    std::string line(1023, 'x');
    line += '\n';
    std::string content;
    while (content.size() < CommonPasswords::most_bytes) {
        content += line;
    }
    content.resize(CommonPasswords::most_bytes);
    write(content);
    EXPECT_EQ(complaint(), "");
    write(content + "x");
    EXPECT_THAT(complaint(), HasSubstr("larger than 16 MiB"));
}

TEST_F(ACommonPasswordsFile, HasABoundOfLines) {
    std::string content(CommonPasswords::most_lines * 2, '\n');
    for (std::size_t n = 0; n < content.size(); n += 2) {
        content[n] = 'x';
    }
    write(content);
    EXPECT_EQ(complaint(), "");
    write(content + "x\n");
    EXPECT_THAT(complaint(), HasSubstr("more than a million lines"));
}

int level(const std::string& candidate) {
    return weigh(read_characters(candidate), {}).level;
}

TEST(Strength, GoesFromVeryWeakToVeryStrong) {
    EXPECT_EQ(level("password"), 0);
    EXPECT_EQ(level("marseille123"), 1);
    EXPECT_EQ(level("Soleil42"), 2);
    EXPECT_EQ(level("zebra7zebra"), 3);
    EXPECT_EQ(level("correct horse battery staple"), 4);
}

TEST(Strength, DoesNotRewardTheBytesOfAnAccent) {
    const auto accents = weigh(read_characters("éééééééé"), {});
    EXPECT_LE(accents.level, 1);
    EXPECT_LE(level("€€€€€€"), 1);
}

TEST(Strength, LooksAtAHundredCharacters) {
    std::string weak;
    while (weak.size() < characters_weighed) {
        weak += "abcdefghij";
    }
    EXPECT_EQ(weak.size(), characters_weighed);
    EXPECT_EQ(level(weak), level(weak + "9#kV!qz$Lp0w8~Rm"));
    EXPECT_LT(level(weak.substr(16)), level(weak.substr(16) + "9#kV!qz$Lp0w8~Rm"));
}

TEST(Strength, OfTheLongestCandidatesIsFoundWithinAFractionOfTheDeadline) {
    for (const std::string& piece :
         {std::string("a"), std::string("password"), std::string("4@a"), std::string("19")}) {
        std::string candidate;
        while (candidate.size() < 4096) {
            candidate += piece;
        }
        const std::clock_t begin = std::clock(); // of this process: a busy machine does not matter
        (void)level(candidate);
        EXPECT_LT(std::clock() - begin, CLOCKS_PER_SEC / 2) << piece;
    }
}

TEST(Strength, TakesANulForABlank) {
    EXPECT_EQ(level(std::string("ab\0kV!qz$Lp0", 12)), level("ab kV!qz$Lp0"));
}

} // namespace
} // namespace loquet::plugins_password_rules
