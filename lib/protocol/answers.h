// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers on their way between a dialog and the daemon, as sealed texts (sealed_texts.h).
#pragma once

#include "lib/base/file.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <span>

namespace loquet::protocol {

/// The answers in a memfd sealed against writing, growing and shrinking. Throws Error (invalid) above
/// limits::answers_per_turn answers of limits::answer_bytes each.
[[nodiscard]] base::Fd seal_answers(const Answers& answers);

/// Reads what a caller sent. Throws Error (invalid) unless it is a sealed memfd that holds nothing else; the descriptor
/// stays the caller's to close.
[[nodiscard]] Answers open_answers(int fd);

/// The bytes alone, for those who already hold them.
[[nodiscard]] Answers parse_answers(std::span<const std::uint8_t> bytes);

} // namespace loquet::protocol
