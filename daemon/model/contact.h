// SPDX-License-Identifier: LGPL-2.1-or-later
// Mail addresses and phone numbers: the one form that is kept, what is refused and why, and what the helpdesk sees of
// them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace loquet::model {

/// The address with its domain in lower case; empty stays empty. Throws Error (invalid) for what no message could be
/// sent to, and for what could be taken for something else on its way: spaces, control characters, quotes, angle
/// brackets, a leading '-'. UTF-8 is fine (RFC 6531).
[[nodiscard]] std::string require_mail(std::string_view typed);

/// E.164: '+', then 7 to 15 digits, of which the first is not 0. Spaces, '-', '.', '/' and parentheses between digits
/// are dropped; empty stays empty. Throws Error (invalid).
[[nodiscard]] std::string require_phone(std::string_view typed);

/// Enough for its owner to recognise it, not enough to write to it: "a***@e***.org", "+33*******78".
[[nodiscard]] std::string masked_mail(std::string_view mail);
[[nodiscard]] std::string masked_phone(std::string_view phone);

} // namespace loquet::model
