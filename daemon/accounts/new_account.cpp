// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/new_account.h"

#include "daemon/accounts/authorisations.h"
#include "daemon/accounts/fields.h"
#include "daemon/accounts/organisation_groups.h"
#include "daemon/model/canonical_form.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

namespace loquet::accounts {

namespace {

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

model::Account make_account(const NewAccount& wanted, const AccountDefaults& defaults) {
    model::Account account;
    account.public_part.name = model::require_account_name(wanted.name);
    require(!account.public_part.name.starts_with(defaults.organisation_prefix), [&] {
        return "the name \"" + account.public_part.name + "\" is not accepted: names that begin with \""
               + defaults.organisation_prefix + "\" are kept for the groups of organisations";
    });
    check_passwd_field(wanted.display_name, limits::display_name_bytes, "display name");
    account.public_part.display_name = wanted.display_name;
    account.public_part.home =
        require_path(wanted.home.empty() ? home_of(account.public_part.name, defaults.home) : wanted.home, "home");
    account.public_part.shell = require_path(wanted.shell.empty() ? defaults.shell : wanted.shell, "shell");
    account.private_part.mail = model::require_mail(wanted.mail);
    account.private_part.phone = model::require_phone(wanted.phone);
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
