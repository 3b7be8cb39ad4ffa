// SPDX-License-Identifier: LGPL-2.1-or-later
// What the checks of an account's fields share. Pure.
#pragma once

#include <string>
#include <string_view>

namespace loquet::accounts {

/// Throws Error (invalid).
[[noreturn]] void refuse(const std::string& sentence);

/// Refuses unless the condition holds, and only then makes the sentence: `sentence()`.
template <class Sentence>
void require(bool condition, const Sentence& sentence) {
    if (!condition) {
        refuse(sentence());
    }
}

/// UTF-8, printable, at most `limit` bytes; throws Error (invalid) that names the field.
void check_text(std::string_view text, std::size_t limit, const std::string& field);

/// Only ASCII letters, digits and the characters of `also`.
[[nodiscard]] bool is_word(std::string_view text, std::string_view also);

} // namespace loquet::accounts
