// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/answerer.h"

#include "cli/exit_code.h"
#include "cli/password_input.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

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
        throw base::Error(base::Error::Kind::invalid, "The dialog was left; nothing was changed.");
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
    std::optional<Terminal> terminal = Terminal::open();
    if (!terminal) {
        throw UsageError("There is no terminal to ask on. Give the answers by --password-fd N, one a line.");
    }
    return std::make_unique<TerminalAnswerer>(std::move(*terminal));
}

} // namespace loquet::cli
