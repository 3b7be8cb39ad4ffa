// SPDX-License-Identifier: LGPL-2.1-or-later
// The person at the keyboard: asks and shows on the controlling terminal, whatever standard input and output are. One
// thread.
#pragma once

#include "lib/base/file.h"
#include "lib/base/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::cli {

class Terminal {
public:
    /// Nothing where the process has no controlling terminal (cron, a service, ssh without -t).
    static std::optional<Terminal> open();
    /// For tests: a terminal that is already open.
    explicit Terminal(base::Fd fd) noexcept : fd_(std::move(fd)) {}

    /// Shows `text` made printable, line by line, with a line end.
    void say(std::string_view text);

    /// One line typed by the person, without its end; nothing at end of file (Ctrl-D). With `echo` off what is typed is
    /// not shown, and a signal that ends or stops the program meanwhile finds the terminal as it was. More than
    /// limits::answer_bytes is an Error of kind `limited`.
    [[nodiscard]] std::optional<base::Secret> ask(std::string_view prompt, bool echo);

private:
    base::Fd fd_;
};

} // namespace loquet::cli
