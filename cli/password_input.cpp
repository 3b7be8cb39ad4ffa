// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/password_input.h"

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <fcntl.h>
#include <fmt/format.h>

namespace loquet::cli {

namespace {

constexpr int tries = 3;

base::Secret checked_line(std::string_view line) {
    if (line.empty()) {
        throw UsageError("--password-fd: a line is empty. Give one password a line.");
    }
    if (line.size() > limits::answer_bytes) {
        throw UsageError(fmt::format("--password-fd: a line is longer than {} bytes.", limits::answer_bytes));
    }
    return base::Secret(line);
}

} // namespace

std::vector<base::Secret> read_password_lines(int fd, std::size_t at_most) {
    if (::fcntl(fd, F_GETFD) < 0) {
        throw UsageError(
            fmt::format("--password-fd: descriptor {} is not open. In a shell: --password-fd 3 3<FILE", fd));
    }
    // One byte above what is allowed tells "too much" from "just right".
    const base::Secret input = base::read_secret(fd, at_most * (limits::answer_bytes + 1) + 1);
    std::string_view rest = input.reveal();
    std::vector<base::Secret> lines;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.push_back(checked_line(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (lines.empty() || lines.size() > at_most) {
        throw UsageError(
            fmt::format("--password-fd: {} lines were given; between 1 and {} are taken here.", lines.size(), at_most));
    }
    return lines;
}

base::Secret ask_for_new_password() {
    std::optional<Terminal> terminal = Terminal::open();
    if (!terminal) {
        throw UsageError("There is no terminal to ask for the password. Use --password-fd N, or --no-password for an "
                         "account that gets its password later.");
    }
    for (int i = 0; i < tries; ++i) {
        std::optional<base::Secret> first = terminal->ask("New password: ", false);
        if (!first || first->empty()) {
            break;
        }
        const std::optional<base::Secret> second = terminal->ask("Repeat the new password: ", false);
        if (second && base::same_secret(first->reveal(), second->reveal())) {
            return std::move(*first);
        }
        terminal->say("The passwords do not match.");
    }
    throw base::Error(base::Error::Kind::invalid, "No password was given; nothing was changed.");
}

} // namespace loquet::cli
