// SPDX-License-Identifier: LGPL-2.1-or-later
// The codes of one account that are not used yet, as keyed hashes. Pure values, any thread.
#pragma once

#include "lib/factor/keyed_hash.h"

#include <optional>
#include <string_view>
#include <vector>

namespace loquet::plugins_recovery_codes {

using factor::view;

constexpr std::size_t codes_in_all = 10;

struct CodeBook {
    factor::Salt salt{};
    std::vector<factor::Hash> unused; ///< at most codes_in_all
};

/// Which of them was typed. Compares with all of them whatever it finds, so that the time tells nothing.
[[nodiscard]] std::optional<std::size_t> find_code(const CodeBook& book, std::string_view key, std::string_view typed);

/// The book without that code.
[[nodiscard]] CodeBook without(CodeBook book, std::size_t code);

/// The form in which it is kept, and back; what is no such form throws DamagedState.
[[nodiscard]] factor::SecureBytes encode(const CodeBook& book);
[[nodiscard]] CodeBook decode(std::string_view state);

} // namespace loquet::plugins_recovery_codes
