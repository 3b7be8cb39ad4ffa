// SPDX-License-Identifier: LGPL-2.1-or-later
// What the built program says that it takes: the truth that the completion and the manual are compared with.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace loquet::cli {

using Words = std::set<std::string>;
using CommandWords = std::vector<std::string>; ///< {"account", "add"}

/// Every whole command that begins with these words.
[[nodiscard]] std::vector<CommandWords> all_commands(const CommandWords& begin = {});
/// Nouns for no words, verbs for a noun.
[[nodiscard]] Words words_after(const CommandWords& command);
/// Options of exactly that command, with their dashes.
[[nodiscard]] Words options_of(const CommandWords& command);

} // namespace loquet::cli
