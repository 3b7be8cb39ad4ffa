// SPDX-License-Identifier: LGPL-2.1-or-later
// A code as people type it: copied from a screen in groups, with blanks, hyphens and the shift key pressed or not.
// Pure, any thread.
#pragma once

#include <loquet/secure.hpp>

#include <string_view>

namespace loquet::factor {

/// What was typed without spaces, tabs, no-break spaces and hyphens, its letters a-z in upper case. Whatever else is in
/// it stays, so that it is equal to no code.
[[nodiscard]] sdk::SecureText compact(std::string_view typed);

} // namespace loquet::factor
