// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody who makes an account may say of it, and the checks. Pure.
#pragma once

#include "daemon/model/account.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::accounts {

// For all checks of an account's fields.

/// Throws Error (invalid).
[[noreturn]] void refuse(const std::string& sentence);

/// Refuses unless the condition holds, and only then makes the sentence: `sentence()`.
template <class Sentence>
void require(bool condition, const Sentence& sentence) {
    if (!condition) {
        refuse(sentence());
    }
}

/// UTF-8, printable, at most `limit` bytes; throws Error (invalid) that names the field.
void check_text(std::string_view text, std::size_t limit, const std::string& field);

/// Only ASCII letters, digits and the characters of `also`.
[[nodiscard]] bool is_word(std::string_view text, std::string_view also);

/// What an account may use: PAM services, "*" for all of them. Kept sorted, each once.
using Authorisations = std::vector<std::string>;

/// Throws Error (invalid) for a name that is none of a service, or a list longer than
/// limits::authorisations_per_account.
[[nodiscard]] Authorisations require_authorisations(Authorisations names);

/// The list with `service` in it. Throws Error: `invalid` (no service's name), `limited` (the list is full).
[[nodiscard]] Authorisations with_authorisation(Authorisations list, const std::string& service);

/// The list without `service`. Throws Error (conflict) where "*" would let it through all the same.
[[nodiscard]] Authorisations without_authorisation(Authorisations list, const std::string& service);

/// The organisation's canonical id: lower case. Throws Error (invalid) unless it is 1 to 64 of letters, digits, '-',
/// '_' and '.': it becomes a part of a group's name. Pure.
[[nodiscard]] std::string require_organisation(const std::string& organisation);

struct NewAccount {
    std::string name;
    std::string display_name;
    std::string home;  ///< empty: as configured
    std::string shell; ///< empty: as configured
    std::string mail;
    std::string phone;
    bool confirmed = false; ///< somebody has seen that the addresses are the owner's
    std::string locale;
    std::string organisation;                     ///< empty: none
    std::optional<Authorisations> authorisations; ///< absent: as configured; empty: none
};

/// What an account gets where nothing is said.
struct AccountDefaults {
    std::string home = "/home/{name}"; ///< {name} is the account's
    std::string shell = "/bin/bash";
    Authorisations authorisations{"*"};
    std::string organisation_prefix = "org-"; ///< of groups; no account's name begins with it
    std::vector<std::string> reserved{};      ///< names that open the menu for people who cannot log in; no account's
};

/// Checks every field and brings it into the form that is kept; uid, gid and times are left for later. Throws Error
/// (invalid) with a sentence that names the field and the rule.
[[nodiscard]] model::Account make_account(const NewAccount& wanted, const AccountDefaults& defaults);

/// What an operator writes beside an act: UTF-8, printable, at most limits::reason_bytes. Throws Error (invalid).
void check_reason(std::string_view reason);

} // namespace loquet::accounts
