// SPDX-License-Identifier: LGPL-2.1-or-later
// Other programs, started by their argument list and never through a shell. One thread.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace loquet::cli {

/// A child that is waited for at the latest when this dies.
class Process {
public:
    struct Redirection {
        int ours;   ///< a descriptor of this process (close-on-exec is fine)
        int theirs; ///< the number that the child sees
    };

    /// Starts `arguments[0]` (looked up in PATH unless it holds a slash) with `environment` added to ours. The child's
    /// signals are at their defaults, and it inherits no descriptor that is close-on-exec. Throws base::Error:
    /// `not_found` where there is no such program.
    Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            std::span<const Redirection> redirections);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    /// The exit status, or 128 + the signal's number.
    int wait();
    void terminate() noexcept; ///< SIGTERM; harmless for a child that has been waited for

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

/// Beside this program (a build, a relocated installation), else where the package puts it. Throws base::Error where it
/// is in neither place.
[[nodiscard]] std::string installed_program(const std::string& name);

/// This process goes on as that program, with its descriptors. Throws base::Error where it cannot.
[[noreturn]] void become_program(std::vector<std::string> command);

struct ProgramResult {
    int status = 0;                  ///< the exit status, or 128 + the signal's number
    std::vector<std::string> output; ///< lines of standard output
    std::vector<std::string> errors; ///< lines of standard error
};

/// Runs a command to its end; of what it says limits::program_output_bytes are kept. The lines of both channels, in the
/// order in which they were written, are `output` where they are `together`.
enum class Channels { apart, together };
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& command, Channels channels);

} // namespace loquet::cli
