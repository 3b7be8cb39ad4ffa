// SPDX-License-Identifier: LGPL-2.1-or-later
// The one form in which an account's name, mail address and telephone number are kept, what is refused and why, and
// what the helpdesk sees of addresses. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::model {

/// Lower-cases ASCII and accepts [a-z_][a-z0-9_.-]{0,31} that does not end in '.' or '-' and is not all digits after
/// the fold (a subset of what useradd(8), sssd and systemd accept, so that files, mails and URLs may carry it). Nothing
/// otherwise: such a text can be typed but never names an account.
[[nodiscard]] std::optional<std::string> canonical_name(std::string_view typed);

/// The same after full-width letters, digits and signs (U+FF01 to U+FF5E) were made ASCII: what somebody may take for
/// the name.
[[nodiscard]] std::optional<std::string> name_in_any_width(std::string_view typed);

/// Throws base::Error (invalid) with a sentence that names the rule, for somebody who creates an account.
[[nodiscard]] std::string require_account_name(std::string_view typed);

/// The address with its domain in lower case; empty stays empty. Throws Error (invalid) for what no message could be
/// sent to, and for what could be taken for something else on its way: spaces, control characters, quotes, angle
/// brackets, a leading '-'. UTF-8 is fine (RFC 6531).
[[nodiscard]] std::string require_mail(std::string_view typed);

/// The form in which two mail addresses are the same one: as require_mail(), and in lower case as a whole, because
/// people type the part before the '@' in any case and no mail service keeps two mailboxes apart by it. Nothing for
/// what require_mail() would refuse, and for an empty text. Blanks at both ends are dropped.
[[nodiscard]] std::optional<std::string> canonical_mail(std::string_view typed);

/// Of the forms by which accounts are found besides their names (canonical_mail, require_phone): raised whenever one of
/// them changes, so that a store fills its table of identifiers anew.
inline constexpr std::uint64_t identifier_forms = 2; // 2: with telephone numbers

/// E.164: '+', then 7 to 15 digits, of which the first is not 0. Spaces, '-', '.', '/' and parentheses between digits
/// are dropped; empty stays empty. Throws Error (invalid).
[[nodiscard]] std::string require_phone(std::string_view typed);

/// Enough for its owner to recognise it, not enough to write to it: "a***@e***.org", "+33*******78".
[[nodiscard]] std::string masked_mail(std::string_view mail);
[[nodiscard]] std::string masked_phone(std::string_view phone);

/// The country code at the beginning of an E.164 number, "33" of "+33612345678": one digit for zones 1 and 7, two for
/// the codes that ITU-T assigned so (E.164, annex D, "List of assigned country codes"), else three. Empty where
/// `number` does not begin with '+' and that many digits. Pure.
[[nodiscard]] std::string_view calling_code(std::string_view number) noexcept;

} // namespace loquet::model
