// SPDX-License-Identifier: LGPL-2.1-or-later
// A program under test: its input given whole, its output kept, ended and reaped whatever happens. The thread that
// starts it; when that thread ends, the kernel ends the program.
#pragma once

#include "lib/base/file.h"
#include "tests/support/eventually.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace loquet::tests {

struct Command {
    std::vector<std::string> argv;        ///< argv[0] is looked up in PATH
    std::vector<std::string> environment; ///< "NAME=value", added to the test's own
    std::string input;                    ///< all of standard input
};

struct Outcome {
    int exit_code = -1; ///< -1: it was ended by `signal`
    int signal = 0;
    std::string output;
    std::string errors;
};

class Process {
public:
    explicit Process(const Command& command);
    /// SIGKILL, and waits until it is gone.
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running();
    /// What it wrote so far.
    [[nodiscard]] std::string output() const;
    [[nodiscard]] std::string errors() const;
    /// Nothing when the program has ended.
    void signal(int number);
    /// Until it has ended; an Error that holds what it wrote when it has not in time.
    Outcome wait(base::Milliseconds deadline = patience);

private:
    base::Fd output_;
    base::Fd errors_;
    pid_t pid_ = -1;
    std::optional<int> status_; ///< as of waitpid(2), once it was reaped
};

/// Starts, waits, tells.
Outcome run(const Command& command, base::Milliseconds deadline = patience);

} // namespace loquet::tests
