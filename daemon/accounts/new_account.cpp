// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/new_account.h"

#include "daemon/accounts/contact.h"
#include "daemon/model/account_name.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::accounts {

namespace {

using base::Error;

void require(bool condition, const std::string& sentence) {
    if (!condition) {
        throw Error(Error::Kind::invalid, sentence);
    }
}

void check_text(std::string_view text, std::size_t limit, const std::string& field) {
    require(text.size() <= limit, "the " + field + " is too long: at most " + std::to_string(limit) + " bytes");
    require(base::is_utf8(text) && base::is_printable(text),
            "the " + field + " \"" + base::printable(text, 80)
                + "\" is not accepted: it holds control characters or is "
                  "not UTF-8");
}

/// passwd(5) separates its fields by colons.
void check_passwd_field(std::string_view text, std::size_t limit, const std::string& field) {
    check_text(text, limit, field);
    require(text.find(':') == std::string_view::npos, "the " + field + " must not hold a ':'");
}

std::string require_path(std::string path, const std::string& field) {
    check_passwd_field(path, limits::account_path_bytes, field);
    const std::string closed = path + "/";
    require(path.starts_with('/') && closed.find("/../") == std::string::npos
                && closed.find("/./") == std::string::npos,
            "the " + field + " \"" + base::printable(path, 80)
                + "\" is not accepted: an absolute path without \".\" and "
                  "\"..\" is needed");
    return path;
}

bool is_word(std::string_view text, std::string_view also) {
    return std::all_of(text.begin(), text.end(), [also](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || also.find(c) != std::string_view::npos;
    });
}

std::string require_locale(std::string locale) {
    require(locale.size() <= limits::client_field_bytes && is_word(locale, "_-.@"),
            "the locale \"" + base::printable(locale, 80) + "\" is not accepted: write it as in \"fr_FR.UTF-8\"");
    return locale;
}

std::vector<std::string> require_authorisations(std::vector<std::string> names) {
    require(names.size() <= limits::authorisations,
            "too many authorisations: at most " + std::to_string(limits::authorisations));
    for (const std::string& name : names) {
        const bool accepted =
            name == "*" || (!name.empty() && name.size() <= limits::authorisation_bytes && is_word(name, "_-.@"));
        require(accepted, "the authorisation \"" + base::printable(name, 80)
                              + "\" is not accepted: the name of a PAM service, or \"*\" for all");
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string home_of(const std::string& name, std::string pattern) {
    constexpr std::string_view variable = "{name}";
    const auto place = pattern.find(variable);
    return place == std::string::npos ? pattern : pattern.replace(place, variable.size(), name);
}

} // namespace

model::Account make_account(const NewAccount& wanted, const AccountDefaults& defaults) {
    model::Account account;
    account.open.name = model::require_account_name(wanted.name);
    check_passwd_field(wanted.display_name, limits::display_name_bytes, "display name");
    account.open.display_name = wanted.display_name;
    account.open.home =
        require_path(wanted.home.empty() ? home_of(account.open.name, defaults.home) : wanted.home, "home");
    account.open.shell = require_path(wanted.shell.empty() ? defaults.shell : wanted.shell, "shell");
    account.closed.mail = require_mail(wanted.mail);
    account.closed.phone = require_phone(wanted.phone);
    account.closed.locale = require_locale(wanted.locale);
    account.closed.authorisations = require_authorisations(wanted.authorisations);
    return account;
}

void check_reason(std::string_view reason) {
    check_text(reason, limits::reason_bytes, "reason");
}

} // namespace loquet::accounts
