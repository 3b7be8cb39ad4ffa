// SPDX-License-Identifier: LGPL-2.1-or-later
// password_rules.so: the rules behind their C symbol. The decisions are in rules.cpp.
#include "plugins/password_rules/rules.h"

#include <loquet/password_rules.hpp>

#include <iterator>

namespace loquet::plugins_password_rules {
namespace {

constexpr const char* facts_wanted[] = {"name", "display_name", "mail", "phone", "organisation", nullptr};

constexpr loquet_option options_offered[] = {
    {"minimum_characters", LOQUET_OPTION_INTEGER, "15",
     "Fewest characters where the password is the only factor (NIST SP 800-63B-4: 15).", 1, 256},
    {"minimum_characters_with_second_factor", LOQUET_OPTION_INTEGER, "8",
     "Fewest characters where the account logs in with a second factor.", 1, 256},
    {"maximum_characters", LOQUET_OPTION_INTEGER, "0",
     "Most characters; 0: no maximum. NIST and ANSSI ask for none: only for procedures that prescribe one.", 0, 1024},
    {"minimum_letters", LOQUET_OPTION_INTEGER, "0", "Fewest letters of either case.", 0, 64},
    {"minimum_upper", LOQUET_OPTION_INTEGER, "0", "Fewest upper-case letters.", 0, 64},
    {"minimum_lower", LOQUET_OPTION_INTEGER, "0", "Fewest lower-case letters.", 0, 64},
    {"minimum_digits", LOQUET_OPTION_INTEGER, "0", "Fewest digits 0-9.", 0, 64},
    {"minimum_symbols", LOQUET_OPTION_INTEGER, "0", "Fewest characters that are neither letter nor digit.", 0, 64},
    {"only_ascii_alphanumeric", LOQUET_OPTION_BOOLEAN, "false",
     "Accept unaccented letters and digits only; for procedures that prescribe it.", 0, 0},
    {"minimum_level", LOQUET_OPTION_INTEGER, "2",
     "Lowest zxcvbn level, 0 (very weak, no demand) to 4 (very strong); 2 is medium.", 0, 4},
    {"refuse_common", LOQUET_OPTION_BOOLEAN, "true",
     "Refuse a password that is one entry of a list of common passwords, words and names.", 0, 0},
    {"common_passwords_file", LOQUET_OPTION_TEXT, "\"\"",
     "A list of passwords to refuse too, one a line; belongs to root; at most 16 MiB and a million lines; empty: none.",
     0, 0},
    {"refuse_account_facts", LOQUET_OPTION_BOOLEAN, "true",
     "Refuse a password with the account's name, its holder's names or its organisation in it, also backwards.", 0, 0},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "password_rules",
    "1.0",
    "Length, composition, strength by zxcvbn, common passwords, what is known of the account, history.",
    facts_wanted,
    options_offered,
    std::size(options_offered),
};

Options read(const sdk::Options& given) {
    Options options;
    options.minimum_characters = given.integer("minimum_characters");
    options.minimum_characters_with_second_factor = given.integer("minimum_characters_with_second_factor");
    options.maximum_characters = given.integer("maximum_characters");
    options.minimum_letters = given.integer("minimum_letters");
    options.minimum_upper = given.integer("minimum_upper");
    options.minimum_lower = given.integer("minimum_lower");
    options.minimum_digits = given.integer("minimum_digits");
    options.minimum_symbols = given.integer("minimum_symbols");
    options.only_ascii_alphanumeric = given.boolean("only_ascii_alphanumeric");
    options.minimum_level = given.integer("minimum_level");
    options.refuse_common = given.boolean("refuse_common");
    options.refuse_account_facts = given.boolean("refuse_account_facts");
    if (const std::string why = contradiction(options); !why.empty()) {
        throw sdk::Refusal(why);
    }
    return options;
}

CommonPasswords read_common(const sdk::Options& given, const Alphabet& alphabet) {
    const std::string path(given.text("common_passwords_file"));
    return path.empty() ? CommonPasswords() : CommonPasswords(path, alphabet);
}

class PasswordRules {
public:
    static const loquet_manifest& manifest() { return the_manifest; }

    PasswordRules(sdk::Host /*host*/, const sdk::Options& options)
        : options_(read(options)), common_(read_common(options, alphabet_)) {}

    void check(const sdk::RulesRequest& given, sdk::RulesOutput& output) const {
        Request request{given.candidate(), {}, given.in_history(), given.history_length(), given.second_factor()};
        request.facts.reserve(given.fact_count());
        for (std::size_t n = 0; n < given.fact_count(); ++n) {
            request.facts.push_back({given.fact_name(n), given.fact_value(n)});
        }
        Result result = plugins_password_rules::check(options_, alphabet_, common_, request);
        for (Rule& rule : result.rules) {
            output.rule(rule.met, sdk::Message(std::move(rule.message), std::move(rule.variables)));
        }
        output.level(result.level);
    }

private:
    Alphabet alphabet_;
    Options options_;
    CommonPasswords common_;
};

} // namespace
} // namespace loquet::plugins_password_rules

LOQUET_DEFINE_PASSWORD_RULES(loquet::plugins_password_rules::PasswordRules)
