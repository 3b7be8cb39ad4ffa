// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/rules.h"

#include "plugins/password_rules/guessability.h"

#include <algorithm>

namespace loquet::plugins_password_rules {
namespace {

/// How many characters of each kind a candidate has.
struct Tally {
    std::int64_t characters = 0;
    std::int64_t letters = 0;
    std::int64_t upper = 0;
    std::int64_t lower = 0;
    std::int64_t digits = 0;
    std::int64_t symbols = 0; ///< neither letter nor digit
    std::int64_t foreign = 0; ///< outside A-Z, a-z, 0-9
};

Tally tally(const Alphabet& alphabet, const Characters& candidate) {
    Tally tally;
    for (const char32_t c : candidate) {
        const bool letter = alphabet.is_letter(c);
        ++tally.characters;
        tally.letters += letter ? 1 : 0;
        tally.upper += alphabet.is_upper(c) ? 1 : 0;
        tally.lower += alphabet.is_lower(c) ? 1 : 0;
        tally.digits += is_digit(c) ? 1 : 0;
        tally.symbols += letter || is_digit(c) ? 0 : 1;
        tally.foreign += c < 0x80 && (letter || is_digit(c)) ? 0 : 1;
    }
    return tally;
}

/// Collects rules; those that the options leave out are not listed.
class Checklist {
public:
    explicit Checklist(bool nothing_typed) : nothing_typed_(nothing_typed) {}

    void demand(bool wanted, bool met, const char* message,
                std::vector<std::pair<std::string, std::string>> variables) {
        if (wanted) {
            rules_.push_back({met && !nothing_typed_, message, std::move(variables)});
        }
    }
    void at_least(std::int64_t minimum, std::int64_t count, const char* message) {
        demand(minimum > 0, count >= minimum, message, {{"minimum", std::to_string(minimum)}});
    }
    [[nodiscard]] std::vector<Rule> take() { return std::move(rules_); }

private:
    bool nothing_typed_;
    std::vector<Rule> rules_;
};

} // namespace

std::string contradiction(const Options& options) {
    const std::int64_t composed = std::max(options.minimum_letters, options.minimum_upper + options.minimum_lower)
                                  + options.minimum_digits + options.minimum_symbols;
    const std::int64_t longest =
        std::max({composed, options.minimum_characters, options.minimum_characters_with_second_factor});
    if (options.maximum_characters > 0 && longest > options.maximum_characters) {
        return "maximum_characters is below what the other options ask for (" + std::to_string(longest)
               + " characters): no password could be accepted";
    }
    if (options.only_ascii_alphanumeric && options.minimum_symbols > 0) {
        return "minimum_symbols asks for what only_ascii_alphanumeric forbids: no password could be accepted";
    }
    if (options.minimum_characters_with_second_factor > options.minimum_characters) {
        return "minimum_characters_with_second_factor is above minimum_characters: a second factor allows a shorter "
               "password, not a longer one";
    }
    return {};
}

Result check(const Options& options, const Alphabet& alphabet, const CommonPasswords& common, const Request& request) {
    const Characters candidate = read_characters(request.candidate);
    const Characters folded = alphabet.fold(candidate);
    const Tally has = tally(alphabet, candidate);
    const AccountWords words(alphabet, options.refuse_account_facts ? request.facts : std::vector<Fact>{});
    const Strength strength = candidate.empty() ? Strength{} : weigh(candidate, words.ascii());

    Checklist list(candidate.empty());
    list.at_least(request.second_factor ? options.minimum_characters_with_second_factor : options.minimum_characters,
                  has.characters, "rules.length");
    list.demand(options.maximum_characters > 0, has.characters <= options.maximum_characters, "rules.maximum",
                {{"maximum", std::to_string(options.maximum_characters)}});
    list.at_least(options.minimum_letters, has.letters, "rules.letters");
    list.at_least(options.minimum_upper, has.upper, "rules.upper");
    list.at_least(options.minimum_lower, has.lower, "rules.lower");
    list.at_least(options.minimum_digits, has.digits, "rules.digits");
    list.at_least(options.minimum_symbols, has.symbols, "rules.symbols");
    list.demand(options.only_ascii_alphanumeric, has.foreign == 0, "rules.alphabet", {});
    list.demand(options.minimum_level > 0, strength.level >= options.minimum_level, "rules.level",
                {{"level", std::to_string(strength.level)}, {"minimum", std::to_string(options.minimum_level)}});
    list.demand(options.refuse_common, !strength.one_word && !common.contains(folded), "rules.common", {});
    list.demand(options.refuse_account_facts, !words.in(folded), "rules.facts", {});
    list.demand(request.history_length > 0, !request.in_history, "rules.history",
                {{"count", std::to_string(request.history_length)}});
    return {list.take(), strength.level};
}

} // namespace loquet::plugins_password_rules
