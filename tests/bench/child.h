// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that a benchmark starts, a daemon as a rule, and ends. One thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace loquet::bench {

class Child {
public:
    /// A program and its arguments; it is looked for as a shell does. Throws std::runtime_error where it does not
    /// start.
    explicit Child(std::vector<std::string> command);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// Asks it to end (SIGTERM), and waits until it has.
    ~Child();

    /// Throws std::runtime_error where it has ended by itself.
    void must_run();

private:
    pid_t pid_ = -1; ///< -1: has ended
};

} // namespace loquet::bench
