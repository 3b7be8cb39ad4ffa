// SPDX-License-Identifier: LGPL-2.1-or-later
// A ticket's code as people type it. Pure functions.
#pragma once

#include "lib/base/secret.h"

#include <cstddef>
#include <string_view>

namespace loquet::recovery {

inline constexpr std::size_t code_digits = 8;

/// The code in what a person typed, empty where there is none: blanks (no-break ones too), '-' and '.' are passed over,
/// and the unshifted keys of a French keyboard's top row count as its digits. The '-' among them is a 6 only where
/// another key of that row was typed.
[[nodiscard]] base::Secret code_in(std::string_view typed);

/// What the unshifted key of a French keyboard's top row stands for, but for '-', which is a 6 only among others; '\0'
/// for what is none. With Caps Lock the accented ones are capitals.
[[nodiscard]] char digit_of_french_key(char32_t c);

} // namespace loquet::recovery
