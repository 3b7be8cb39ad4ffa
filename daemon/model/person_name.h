// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of people as they are looked for: without marks, in one case, a word at a time. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loquet::model {

/// The words of a name, folded: case is gone, and so are marks of Latin letters, written as one character or as two
/// ("Élodie" and "ELODIE" are one word, "Œuvrard" is "oeuvrard"). What is neither a letter nor a digit parts words.
/// Other scripts keep their letters, in small ones. Bytes that are not UTF-8 part words, too.
[[nodiscard]] std::vector<std::string> folded_words(std::string_view name);

/// Each word that is looked for begins a word of the name.
[[nodiscard]] bool begin_words_of(const std::vector<std::string>& wanted, std::string_view name);

} // namespace loquet::model
