// SPDX-License-Identifier: LGPL-2.1-or-later
// Text of a header field in ASCII: RFC 2047. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// UTF-8 as one or more encoded words, folded; no octet of `text` gets out of them as itself. Empty for empty text.
[[nodiscard]] std::string encoded_words(std::string_view text);

/// As it is where it is short, printable ASCII and does not look like an encoded word; else encoded_words().
[[nodiscard]] std::string unstructured(std::string_view text);

/// A display name: as it is where it holds letters, digits and single spaces only; else encoded_words().
[[nodiscard]] std::string phrase(std::string_view text);

} // namespace loquet::plugins_smtp
