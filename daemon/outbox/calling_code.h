// SPDX-License-Identifier: LGPL-2.1-or-later
// The country of a telephone number, as far as a budget needs it. Pure.
#pragma once

#include <string_view>

namespace loquet::outbox {

/// The country code at the beginning of an E.164 number, "33" of "+33612345678": one digit for zones 1 and 7, two for
/// the codes that ITU-T assigned so (E.164, annex D, "List of assigned country codes"), else three. Empty where
/// `number` does not begin with '+' and that many digits.
[[nodiscard]] std::string_view calling_code(std::string_view number) noexcept;

} // namespace loquet::outbox
