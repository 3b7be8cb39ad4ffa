// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/strength.h"

#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <memory>

namespace loquet::plugins_password_rules {
namespace {

struct FreeMatches {
    void operator()(ZxcMatch_t* matches) const noexcept { ZxcvbnFreeInfo(matches); }
};

/// zxcvbn's score: fewer than 10^3, 10^6, 10^8, 10^10 guesses, or more; in bits.
int level_of(double bits) {
    constexpr std::array<double, 4> limits{9.966, 19.932, 26.575, 33.219};
    return static_cast<int>(std::count_if(limits.begin(), limits.end(), [&](double limit) { return bits >= limit; }));
}

bool is_one_word(const ZxcMatch_t* first, std::size_t length) {
    return first != nullptr && first->Begin == 0 && static_cast<std::size_t>(first->Length) == length
           && (first->Type == DICTIONARY_MATCH || first->Type == DICT_LEET_MATCH);
}

/// zxcvbn wipes the copy that it takes of its input, but its search leaves single characters on the stack.
[[gnu::noinline]] void wipe_stack_below() {
    std::array<char, 16 * 1024> used;
    explicit_bzero(used.data(), used.size());
}

} // namespace

Strength weigh(const Characters& candidate, const std::vector<std::string>& words) {
    SecretBytes input;
    const std::size_t length = std::min(candidate.size(), characters_weighed);
    input.reserve(length + 1);
    for (std::size_t n = 0; n < length; ++n) {
        const char32_t c = candidate[n];
        // NUL would end the text for zxcvbn; the host never lets one in, and as a blank it is worth as little.
        input.push_back(static_cast<char>(c == 0 ? U' ' : c < 0x80 ? c : 0x80 | (c & 0x7F)));
    }
    input.push_back('\0');
    std::vector<const char*> list;
    list.reserve(words.size() + 1);
    for (const std::string& word : words) {
        list.push_back(word.c_str());
    }
    list.push_back(nullptr);

    ZxcMatch_t* matches = nullptr;
    const double bits = ZxcvbnMatch(input.data(), list.data(), &matches);
    wipe_stack_below();
    const std::unique_ptr<ZxcMatch_t, FreeMatches> owner(matches);
    return {level_of(bits), length == candidate.size() && is_one_word(matches, length)};
}

} // namespace loquet::plugins_password_rules
