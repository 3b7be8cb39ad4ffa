// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be told of a gateway's answer. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace loquet::delivery {

/// `said`, or a sentence in its place where it holds a word of the message that could be a code: one with a digit and
/// at least 3 characters, or one of at least 6. What it hides in vain is only a quotation.
[[nodiscard]] std::string quotable(std::string_view said, std::string_view text);

/// Without white space at both ends; a run of it, line ends included, becomes one blank.
[[nodiscard]] std::string one_line(std::string_view said);

} // namespace loquet::delivery
