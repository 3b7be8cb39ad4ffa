// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/account_words.h"

#include "plugins/password_rules/rules.h"

#include <algorithm>

namespace loquet::plugins_password_rules {

namespace {

constexpr std::ptrdiff_t number_end = 8;

} // namespace

AccountWords::AccountWords(const Alphabet& alphabet, const std::vector<Fact>& facts) {
    for (const Fact& fact : facts) {
        const Characters whole = alphabet.fold(read_characters(fact.value));
        add(whole);
        for (auto at = whole.begin(); at != whole.end();) {
            const auto in_word = [&](char32_t c) { return alphabet.is_letter(c) || is_digit(c); };
            const auto begin = std::find_if(at, whole.end(), in_word);
            at = std::find_if_not(begin, whole.end(), in_word);
            add(Characters(begin, at));
            // A telephone number is typed without its country as often as with it.
            if (at - begin > number_end && std::all_of(begin, at, is_digit)) {
                add(Characters(at - number_end, at));
            }
        }
    }
}

void AccountWords::add(Characters word) {
    const bool known = std::find(words_.begin(), words_.end(), word) != words_.end();
    if (word.size() >= shortest && words_.size() < most && !known) {
        words_.push_back(std::move(word));
    }
}

bool AccountWords::in(const Characters& folded) const {
    return std::any_of(words_.begin(), words_.end(), [&](const Characters& word) {
        return std::search(folded.begin(), folded.end(), word.begin(), word.end()) != folded.end()
               || std::search(folded.begin(), folded.end(), word.rbegin(), word.rend()) != folded.end();
    });
}

std::vector<std::string> AccountWords::ascii() const {
    std::vector<std::string> words;
    for (const Characters& word : words_) {
        if (std::all_of(word.begin(), word.end(), [](char32_t c) { return c > 0 && c < 0x80; })) {
            words.emplace_back(word.begin(), word.end());
        }
    }
    return words;
}

} // namespace loquet::plugins_password_rules
