// SPDX-License-Identifier: LGPL-2.1-or-later
// Which languages a locale's name asks for. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loquet::messages {

/// The language that every text exists in, and that variables are compared with.
inline constexpr std::string_view source_language = "en";

/// "fr_CA.UTF-8", "fr-CA@euro" -> {"fr_ca", "fr", "en"}; "", "C", "POSIX" and what is no locale's name -> {"en"}.
[[nodiscard]] std::vector<std::string> languages_of_locale(std::string_view locale);

/// "fr", "fr_CA" and "fr-CA", as in a catalogue's file name, in the form of languages_of_locale(); empty where it is
/// none.
[[nodiscard]] std::string canonical_language(std::string_view tag);

} // namespace loquet::messages
