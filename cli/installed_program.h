// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs of Loquet that are not in PATH, and what they say. One thread.
#pragma once

#include <string>
#include <vector>

namespace loquet::cli {

/// Beside this program (a build, a relocated installation), else where the package puts it. Throws base::Error where it
/// is in neither place.
[[nodiscard]] std::string installed_program(const std::string& name);

struct ProgramResult {
    int status = 0;                  ///< the exit status, or 128 + the signal's number
    std::vector<std::string> output; ///< lines of standard output
    std::vector<std::string> errors; ///< lines of standard error
};

/// Runs a command to its end; at most 64 KiB of what it says is kept. The lines of both channels, in the order in which
/// they were written, are `output` where they are `together`.
enum class Channels { apart, together };
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& command, Channels channels);

} // namespace loquet::cli
