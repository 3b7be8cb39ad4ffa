// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/authorisations.h"

#include "daemon/accounts/fields.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::accounts {

namespace {

using base::Error;

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

} // namespace loquet::accounts
