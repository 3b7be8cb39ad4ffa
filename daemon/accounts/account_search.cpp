// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/account_search.h"

#include "daemon/model/canonical_form.h"
#include "daemon/model/person_name.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>
#include <utility>

namespace loquet::accounts {

using base::Error;

namespace {

constexpr std::size_t fewest_letters = 2; ///< of a name: fewer would find half of a site
constexpr std::size_t fewest_digits = 7;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_number(std::string_view typed) {
    const auto digits = std::ranges::count_if(typed, is_digit);
    return digits > 0 && std::ranges::all_of(typed, [](char c) {
               return is_digit(c) || std::string_view("+ -./()").find(c) != std::string_view::npos;
           });
}

/// "+33612345678", or "0612345678" where no country is said.
std::string number_in(std::string_view typed) {
    std::string number;
    std::string text(typed);
    if (const std::size_t trunk = text.find("(0)"); trunk != std::string::npos) { // "+33 (0)6 12 34 56 78"
        text.erase(trunk, 3);
    }
    for (const char c : text) {
        if (is_digit(c) || (c == '+' && number.empty())) {
            number += c;
        }
    }
    return number.starts_with("00") ? "+" + number.substr(2) : number;
}

/// Of a number without its country: what follows the 0 is the whole rest behind a country code.
bool is_national_form_of(std::string_view national, std::string_view international) {
    const std::string_view country = model::calling_code(international);
    return !country.empty() && international.substr(1 + country.size()) == national.substr(1);
}

} // namespace

SearchTerms SearchTerms::read(std::string_view typed) {
    if (typed.size() > limits::searched_text_bytes) {
        throw Error(Error::Kind::invalid,
                    "what is searched for is longer than " + std::to_string(limits::searched_text_bytes) + " bytes");
    }
    SearchTerms terms;
    if (typed.find('@') != std::string_view::npos) {
        const std::size_t begin = std::min(typed.find_first_not_of(' '), typed.size());
        const std::size_t end = typed.find_last_not_of(' ');
        terms.by = By::mail;
        terms.address = base::lower_ascii(model::require_mail(typed.substr(begin, end - begin + 1)));
        return terms;
    }
    if (is_number(typed)) {
        terms.by = By::phone;
        terms.address = number_in(typed);
        const bool has_form = terms.address.starts_with('+') || terms.address.starts_with('0');
        if (!has_form || terms.address.size() <= fewest_digits || terms.address.size() > limits::phone_digits + 1) {
            throw Error(Error::Kind::invalid, "a telephone number is searched for as +33612345678 or 0612345678");
        }
        return terms;
    }
    terms.words = model::folded_words(typed);
    std::ranges::sort(terms.words);
    const bool too_short =
        std::ranges::none_of(terms.words, [](const std::string& word) { return word.size() >= fewest_letters; });
    if (too_short) {
        throw Error(Error::Kind::invalid,
                    "say at least " + std::to_string(fewest_letters)
                        + " letters of the name, a whole mail address or a whole telephone number");
    }
    return terms;
}

std::string SearchTerms::normalised() const {
    std::string text = address;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

std::string_view to_text(SearchTerms::By by) noexcept {
    switch (by) {
    case SearchTerms::By::mail:
        return "mail";
    case SearchTerms::By::phone:
        return "phone";
    case SearchTerms::By::name:
        break;
    }
    return "name";
}

bool matches(const SearchTerms& terms, const model::PublicAccount& account) {
    return terms.by == SearchTerms::By::name
           && model::begin_words_of(terms.words, account.display_name + ' ' + account.name);
}

bool matches(const SearchTerms& terms, const model::PrivateAccount& account) {
    if (terms.by == SearchTerms::By::mail) {
        return !account.mail.empty() && base::lower_ascii(account.mail) == terms.address;
    }
    if (terms.by != SearchTerms::By::phone || account.phone.empty()) {
        return false;
    }
    return terms.address.starts_with('+') ? account.phone == terms.address
                                          : is_national_form_of(terms.address, account.phone);
}

void AccountSearch::look_at(const store::ReadTxn& txn, const model::PublicAccount& account) {
    const bool meant =
        terms_.by == SearchTerms::By::name
            ? matches(terms_, account)
            : matches(terms_, store::PrivateAccounts::get(txn, account.uid).value_or(model::PrivateAccount{}));
    if (!meant) {
        return;
    }
    if (found_.size() == limits::found_accounts) {
        more_ = true;
    } else {
        found_.push_back(account.uid);
    }
}

bool AccountSearch::advance(const store::ReadTxn& txn, std::size_t slice) {
    const auto next = store::PublicAccounts::slice(txn, next_, slice,
                                                   [&](const model::PublicAccount& account) { look_at(txn, account); });
    next_ = next.value_or(next_);
    return more_ || !next;
}

} // namespace loquet::accounts
