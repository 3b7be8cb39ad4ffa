// SPDX-License-Identifier: LGPL-2.1-or-later
// The pager of a person at a terminal. One thread.
#pragma once

#include "cli/process.h"
#include "lib/base/file.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::cli {

/// The pager's argument list: $PAGER split at blanks, else less. Somebody who borrows another user's rights (sudo,
/// pkexec) gets less whatever the environment says, and LESSSECURE keeps less from starting programs.
[[nodiscard]] std::vector<std::string> pager_arguments(const char* pager, bool borrowed_rights);

/// True in a process started through sudo or pkexec, or set-uid.
[[nodiscard]] bool has_borrowed_rights();

class Pager {
public:
    /// Nothing where the program is missing; then the text goes straight to the terminal.
    static std::optional<Pager> start(const std::vector<std::string>& arguments);

    [[nodiscard]] int fd() const noexcept { return input_.get(); }
    /// Says that no more text comes and waits until the person has read it.
    void finish();

private:
    Pager(base::Fd input, std::unique_ptr<Process> process) noexcept;

    std::unique_ptr<Process> process_; ///< dies after input_, else both would wait for each other
    base::Fd input_;
};

} // namespace loquet::cli
