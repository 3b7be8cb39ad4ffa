// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/keyed_hash.h"
#include "lib/factor/state.h"
#include "plugins/recovery_codes/code_book.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace loquet::plugins_recovery_codes {
namespace {

TEST(TheAlphabet, HasNoVowelNoDigitAndNoLetterTwice) {
    EXPECT_EQ(alphabet.find_first_of("AEIOUY0123456789"), std::string_view::npos);
    EXPECT_EQ(std::set<char>(alphabet.begin(), alphabet.end()).size(), alphabet.size());
}

TEST(ARecoveryCode, HasEightLettersOfTheAlphabetEachEquallyOften) {
    std::mt19937 random(7);
    std::map<char, int> seen;
    for (int n = 0; n < 10'000; ++n) {
        const SecureText code = draw_code(
            [&](std::uint32_t bound) { return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random); });
        ASSERT_EQ(code.size(), code_letters);
        for (const char letter : code) {
            ++seen[letter];
        }
    }
    ASSERT_EQ(seen.size(), alphabet.size());
    for (const auto& [letter, times] : seen) {
        EXPECT_NE(alphabet.find(letter), std::string_view::npos);
        EXPECT_NEAR(times, 4000, 350) << letter;
    }
}

TEST(ARecoveryCode, IsShownInGroupsOfFourAndReadBack) {
    EXPECT_EQ(view(shown("BCDFGHJK")), "BCDF-GHJK");
    EXPECT_EQ(view(factor::compact(view(shown("BCDFGHJK")))), "BCDFGHJK");
}

const std::string key(factor::key_bytes, 'k');
const char* const codes[] = {"BCDFGHJK", "LMNPQRST", "VWXZBCDF"};

CodeBook book() {
    CodeBook made;
    made.salt.fill('s');
    for (const char* code : codes) {
        made.unused.push_back(factor::keyed_hash(key, made.salt, code));
    }
    return made;
}

TEST(ACodeBook, FindsEachCodeHoweverItIsTyped) {
    EXPECT_EQ(find_code(book(), key, "BCDF-GHJK"), 0U);
    EXPECT_EQ(find_code(book(), key, "lmnp qrst"), 1U);
    EXPECT_EQ(find_code(book(), key, " v w x z-bcdf "), 2U);
}

TEST(ACodeBook, FindsNothingElse) {
    for (const std::string& typed : {std::string(), std::string("BCDFGHJ"), std::string("BCDFGHJKL"),
                                     std::string("BCDFGHJL"), std::string(4096, 'B')}) {
        EXPECT_EQ(find_code(book(), key, typed), std::nullopt) << typed;
    }
    EXPECT_EQ(find_code(book(), std::string(factor::key_bytes, 'x'), "BCDFGHJK"), std::nullopt)
        << "the hashes of another account";
    EXPECT_EQ(find_code({}, key, "BCDFGHJK"), std::nullopt);
}

TEST(ACodeBook, HasACodeNoMoreOnceItWasUsedAndKeepsTheOthers) {
    const CodeBook left = without(book(), 1);
    EXPECT_EQ(find_code(left, key, codes[0]), 0U);
    EXPECT_EQ(find_code(left, key, codes[1]), std::nullopt);
    EXPECT_EQ(find_code(left, key, codes[2]), 1U);
}

TEST(ACodeBook, IsKeptInAFewHundredBytesAndComesBackTheSame) {
    CodeBook full = book();
    full.unused.resize(codes_in_all);
    EXPECT_EQ(encode(full).size(), 338U);
    for (CodeBook kept = full;; kept = without(kept, 0)) {
        const CodeBook back = decode(view(encode(kept)));
        EXPECT_EQ(back.salt, kept.salt);
        EXPECT_EQ(back.unused, kept.unused);
        if (kept.unused.empty()) {
            break;
        }
    }
}

TEST(ACodeBook, HoldsNoCode) {
    const auto state = encode(book());
    for (const char* code : codes) {
        EXPECT_EQ(view(state).find(code), std::string_view::npos);
    }
}

TEST(ACodeBook, IsRefusedWhereItIsDamaged) {
    const std::string state(view(encode(book())));
    for (std::size_t size = 0; size < state.size(); ++size) {
        EXPECT_THROW((void)decode(state.substr(0, size)), factor::DamagedState) << size;
    }
    EXPECT_THROW((void)decode(state + '\0'), factor::DamagedState);
    EXPECT_THROW((void)decode('\x02' + state.substr(1)), factor::DamagedState);
    CodeBook one_too_many = book();
    one_too_many.unused.resize(codes_in_all + 1);
    EXPECT_THROW((void)decode(view(encode(one_too_many))), factor::DamagedState);
}

} // namespace
} // namespace loquet::plugins_recovery_codes
