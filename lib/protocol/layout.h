// SPDX-License-Identifier: LGPL-2.1-or-later
// How the prompts of a turn are drawn where a program draws text: by the PAM module for the applications, and
// by a walk, which shows what they will draw. Pure.
//
// Texts in front of a question are drawn inside it, each on lines of its own: LightDM shows no more than the last of
// them, and in place of the question; sshd holds them back; a program that asks one line shows one line.
#pragma once

#include "lib/base/secret.h"
#include "lib/protocol/turn.h"

#include <cstddef>
#include <vector>

namespace loquet::protocol {

/// Columns of a line; longer ones are broken at blanks.
inline constexpr std::size_t line_columns = 72;

/// Bytes of one message of PAM's with its NUL (PAM_MAX_MSG_SIZE): a question with its texts is not longer.
inline constexpr std::size_t pam_message_bytes = 512;

/// What is drawn at once, in lines.
struct DrawnPrompt {
    PromptStyle style = PromptStyle::info;
    base::SecureBytes text;
};

/// `texts_apart`: no text is drawn inside a question, and none is broken: for a program that shows other words in place
/// of the question's.
[[nodiscard]] std::vector<DrawnPrompt> laid_out(const std::vector<const Prompt*>& prompts, bool texts_apart);

} // namespace loquet::protocol
