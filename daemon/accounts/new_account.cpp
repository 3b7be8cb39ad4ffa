// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/new_account.h"

#include "daemon/model/canonical_form.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::accounts {

using base::Error;

void refuse(const std::string& sentence) {
    throw Error(Error::Kind::invalid, sentence);
}

void check_text(std::string_view text, std::size_t limit, const std::string& field) {
    require(text.size() <= limit,
            [&] { return "the " + field + " is too long: at most " + std::to_string(limit) + " bytes"; });
    require(base::is_printable(text), [&] {
        return "the " + field + " \"" + base::printable(text, 80)
               + "\" is not accepted: it holds control characters or is not UTF-8";
    });
}

bool is_word(std::string_view text, std::string_view also) {
    return std::all_of(text.begin(), text.end(), [also](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || also.find(c) != std::string_view::npos;
    });
}

namespace {

constexpr const char* everything = "*";

std::string at_most() {
    return "at most " + std::to_string(limits::authorisations_per_account)
           + " authorisations for one account; \"*\" is all services";
}

void check_service(const std::string& name) {
    const bool accepted =
        name == everything || (!name.empty() && name.size() <= limits::authorisation_bytes && is_word(name, "_-.@"));
    require(accepted, [&] {
        return "the authorisation \"" + base::printable(name, 80)
               + "\" is not accepted: the name of a PAM service, or \"*\" for all";
    });
}

/// passwd(5) separates its fields by colons.
void check_passwd_field(std::string_view text, std::size_t limit, const std::string& field) {
    check_text(text, limit, field);
    require(text.find(':') == std::string_view::npos, [&] { return "the " + field + " must not hold a ':'"; });
}

std::string require_path(std::string path, const std::string& field) {
    check_passwd_field(path, limits::account_path_bytes, field);
    const std::string private_part = path + "/";
    require(path.starts_with('/') && private_part.find("/../") == std::string::npos
                && private_part.find("/./") == std::string::npos,
            [&] {
                return "the " + field + " \"" + base::printable(path, 80)
                       + "\" is not accepted: an absolute path without \".\" and "
                         "\"..\" is needed";
            });
    return path;
}

std::string home_of(const std::string& name, std::string pattern) {
    constexpr std::string_view place = "{name}";
    for (std::size_t at = pattern.find(place); at != std::string::npos; at = pattern.find(place, at + name.size())) {
        pattern.replace(at, place.size(), name);
    }
    return pattern;
}

std::string require_locale(std::string locale) {
    require(locale.size() <= limits::client_field_bytes && is_word(locale, "_-.@"), [&] {
        return "the locale \"" + base::printable(locale, 80) + "\" is not accepted: write it as in \"fr_FR.UTF-8\"";
    });
    return locale;
}

} // namespace

Authorisations require_authorisations(Authorisations names) {
    require(names.size() <= limits::authorisations_per_account, at_most);
    std::for_each(names.begin(), names.end(), check_service);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Authorisations with_authorisation(Authorisations list, const std::string& service) {
    check_service(service);
    const auto place = std::lower_bound(list.begin(), list.end(), service);
    if (place != list.end() && *place == service) {
        return list;
    }
    if (list.size() >= limits::authorisations_per_account) {
        throw Error(Error::Kind::limited, at_most());
    }
    list.insert(place, service);
    return list;
}

Authorisations without_authorisation(Authorisations list, const std::string& service) {
    const bool all = std::find(list.begin(), list.end(), everything) != list.end();
    if (all && service != everything) {
        throw Error(Error::Kind::conflict,
                    "the account may use all services: take \"*\" away, then authorise those that it shall keep");
    }
    list.erase(std::remove(list.begin(), list.end(), service), list.end());
    return list;
}

std::string require_organisation(const std::string& organisation) {
    require(!organisation.empty() && organisation.size() <= limits::organisation_bytes && is_word(organisation, "-_."),
            [&] {
                return "the organisation \"" + base::printable(organisation, 80)
                       + "\" is not accepted: 1 to 64 letters, digits, '-', '_' and '.'";
            });
    return base::lower_ascii(organisation);
}

model::Account make_account(const NewAccount& wanted, const AccountDefaults& defaults) {
    model::Account account;
    account.public_part.name = model::require_account_name(wanted.name);
    require(!account.public_part.name.starts_with(defaults.organisation_prefix), [&] {
        return "the name \"" + account.public_part.name + "\" is not accepted: names that begin with \""
               + defaults.organisation_prefix + "\" are kept for the groups of organisations";
    });
    require(std::ranges::find(defaults.reserved, account.public_part.name) == defaults.reserved.end(), [&] {
        return "the name \"" + account.public_part.name
               + "\" is not accepted: it opens the menu for people who cannot log in (names in [self_service] of "
                 "loquet.toml)";
    });
    check_passwd_field(wanted.display_name, limits::display_name_bytes, "display name");
    account.public_part.display_name = wanted.display_name;
    account.public_part.home =
        require_path(wanted.home.empty() ? home_of(account.public_part.name, defaults.home) : wanted.home, "home");
    account.public_part.shell = require_path(wanted.shell.empty() ? defaults.shell : wanted.shell, "shell");
    account.private_part.mail = model::require_mail(wanted.mail);
    account.private_part.phone = model::require_phone(wanted.phone);
    require(!wanted.confirmed || !wanted.mail.empty() || !wanted.phone.empty(),
            [] { return "an address is confirmed, and there is none: give a mail address or a telephone number"; });
    account.private_part.locale = require_locale(wanted.locale);
    account.private_part.organisation = wanted.organisation.empty() ? "" : require_organisation(wanted.organisation);
    account.private_part.authorisations =
        require_authorisations(wanted.authorisations.value_or(defaults.authorisations));
    return account;
}

void check_reason(std::string_view reason) {
    check_text(reason, limits::reason_bytes, "reason");
}

} // namespace loquet::accounts
