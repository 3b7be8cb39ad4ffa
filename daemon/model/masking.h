// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses and numbers as the helpdesk may see them: enough to recognise, too little to use. Pure.
#pragma once

#include <string>
#include <string_view>

namespace loquet::model {

/// "marie.dupont@example.fr" -> "m***t@e***.fr"; empty stays empty, what is no address becomes "***".
[[nodiscard]] std::string mask_mail(std::string_view mail);
/// "+33612345678" -> "+33*******78"; empty stays empty, a number too short to mask becomes "***".
[[nodiscard]] std::string mask_phone(std::string_view phone);

} // namespace loquet::model
