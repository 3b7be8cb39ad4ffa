// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a password comes from: the person at the terminal, or a descriptor that a program opened for us
// (--password-fd). Never an argument, never the environment. One thread.
#pragma once

#include "lib/base/secret.h"

#include <cstddef>
#include <vector>

namespace loquet::cli {

/// The lines of descriptor `fd` up to its end, without their line ends. Throws UsageError for a descriptor that is not
/// open, for no line, an empty line, more than `at_most` lines, and lines above limits::answer_bytes.
[[nodiscard]] std::vector<base::Secret> read_password_lines(int fd, std::size_t at_most);

/// Asks twice on the terminal until both are the same, at most three times. Throws UsageError where there is no
/// terminal.
[[nodiscard]] base::Secret ask_for_new_password();

} // namespace loquet::cli
