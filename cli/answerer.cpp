// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/answerer.h"

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace loquet::cli {

namespace {

std::string with_space(std::string_view prompt) {
    return std::string(prompt) + (prompt.ends_with(' ') ? "" : " ");
}

} // namespace

void TerminalAnswerer::show(std::string_view text) {
    terminal_.say(text);
}

base::Secret TerminalAnswerer::answer(const protocol::Prompt& prompt) {
    const bool echo = prompt.style != protocol::PromptStyle::secret;
    std::optional<base::Secret> typed = terminal_.ask(with_space(prompt.shown()), echo);
    if (!typed) {
        throw base::Error(base::Error::Kind::invalid, "Cancelled; nothing was changed.");
    }
    return std::move(*typed);
}

PreparedAnswerer::PreparedAnswerer(std::vector<base::Secret> lines, LastLine last_line)
    : lines_(std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end())) {
    if (last_line == LastLine::new_password && !lines_.empty()) {
        new_password_ = std::move(lines_.back());
        lines_.pop_back();
    }
}

void PreparedAnswerer::show(std::string_view text) {
    std::string line = base::printable(text, limits::prompt_text_bytes);
    base::write_all(STDERR_FILENO, line);
    base::write_all(STDERR_FILENO, "\n");
    base::wipe(line.data(), line.size());
}

base::Secret PreparedAnswerer::answer(const protocol::Prompt& prompt) {
    if (new_password_ && prompt.role == protocol::PromptRole::new_password) {
        if (std::find(answered_.begin(), answered_.end(), prompt.name) != answered_.end()) {
            throw base::Error(base::Error::Kind::invalid, "The new password was not taken; nothing was changed.");
        }
        answered_.push_back(prompt.name);
        return new_password_->clone();
    }
    if (lines_.empty()) {
        throw base::Error(base::Error::Kind::invalid,
                          fmt::format("The dialog asks \"{}\", and --password-fd holds no line for it.",
                                      base::printable(prompt.shown(), limits::prompt_text_bytes)));
    }
    base::Secret line = std::move(lines_.front());
    lines_.pop_front();
    return line;
}

std::unique_ptr<Answerer> make_answerer(std::optional<int> password_fd, PreparedAnswerer::LastLine last_line) {
    if (password_fd) {
        return std::make_unique<PreparedAnswerer>(read_password_lines(*password_fd, limits::answers_per_turn),
                                                  last_line);
    }
    return answerer_at_terminal("There is no terminal to ask on. Give the answers by --password-fd N, one a line.");
}

std::unique_ptr<Answerer> answerer_at_terminal(const char* without) {
    std::optional<Terminal> terminal = Terminal::open();
    if (!terminal) {
        throw UsageError(without);
    }
    return std::make_unique<TerminalAnswerer>(std::move(*terminal));
}

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
