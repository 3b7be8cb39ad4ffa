// SPDX-License-Identifier: LGPL-2.1-or-later
// Texts that may be secrets on their way over the bus: one sealed memfd, so that none of them is ever a bus argument
// and the broker never holds one. Form: for each text a 32-bit little-endian length and the bytes (UTF-8). Answers on
// their way between a dialog and the daemon travel so. Any thread.
#pragma once

#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "lib/protocol/turn.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace loquet::protocol {

/// What may travel together; `what` names the texts for an Error: "answers".
struct SealedLimits {
    const char* what;
    std::size_t count;
    std::size_t bytes; ///< of each
};

/// The texts in a memfd sealed against writing, growing and shrinking. Throws Error (invalid) above the limits.
[[nodiscard]] base::Fd seal_texts(const std::vector<std::string_view>& texts, const SealedLimits& limits);

/// Reads what another process sent. Throws Error (invalid) unless it is a sealed memfd that holds nothing but UTF-8
/// texts within the limits; the descriptor stays the caller's to close.
[[nodiscard]] std::vector<base::Secret> open_texts(int fd, const SealedLimits& limits);

/// The bytes alone, for those who already hold them.
[[nodiscard]] std::vector<base::Secret> parse_texts(std::span<const std::uint8_t> bytes, const SealedLimits& limits);

/// The answers in a memfd sealed against writing, growing and shrinking. Throws Error (invalid) above
/// limits::answers_per_turn answers of limits::answer_bytes each.
[[nodiscard]] base::Fd seal_answers(const Answers& answers);

/// Reads what a caller sent. Throws Error (invalid) unless it is a sealed memfd that holds nothing else; the descriptor
/// stays the caller's to close.
[[nodiscard]] Answers open_answers(int fd);

/// The bytes alone, for those who already hold them.
[[nodiscard]] Answers parse_answers(std::span<const std::uint8_t> bytes);

} // namespace loquet::protocol
