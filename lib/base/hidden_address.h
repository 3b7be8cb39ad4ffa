// SPDX-License-Identifier: LGPL-2.1-or-later
// What a gateway says without the address that it speaks of. Pure.
#pragma once

#include <string>
#include <string_view>

namespace loquet::base {

/// `said` with "***" in place of `address`, a mail address or an E.164 number: in any case of letters, the part before
/// the "@" alone too where it is a word of at least 3 characters, and a number in any notation that ends with its last
/// 8 digits ("33612345678", "0612345678").
[[nodiscard]] std::string without_address(std::string_view said, std::string_view address);

} // namespace loquet::base
