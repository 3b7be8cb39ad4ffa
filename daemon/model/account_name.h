// SPDX-License-Identifier: LGPL-2.1-or-later
// The one canonical form of an account's name, and what is refused. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loquet::model {

/// Lower-cases ASCII and accepts [a-z_][a-z0-9_.-]{0,31} that does not end in '.' or '-' and is not all digits after
/// the fold (a subset of what useradd(8), sssd and systemd accept, so that files, mails and URLs may carry it). Nothing
/// otherwise: such a text can be typed but never names an account.
[[nodiscard]] std::optional<std::string> canonical_name(std::string_view typed);

/// Throws base::Error (invalid) with a sentence that names the rule, for somebody who creates an account.
[[nodiscard]] std::string require_account_name(std::string_view typed);

} // namespace loquet::model
