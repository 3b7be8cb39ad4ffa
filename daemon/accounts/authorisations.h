// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of what an account may use: PAM services, "*" for all of them. Kept sorted, each once. Pure.
#pragma once

#include <string>
#include <vector>

namespace loquet::accounts {

using Authorisations = std::vector<std::string>;

/// Throws Error (invalid) for a name that is none of a service, or a list longer than
/// limits::authorisations_per_account.
[[nodiscard]] Authorisations require_authorisations(Authorisations names);

/// The list with `service` in it. Throws Error: `invalid` (no service's name), `limited` (the list is full).
[[nodiscard]] Authorisations with_authorisation(Authorisations list, const std::string& service);

/// The list without `service`. Throws Error (conflict) where "*" would let it through all the same.
[[nodiscard]] Authorisations without_authorisation(Authorisations list, const std::string& service);

} // namespace loquet::accounts
