// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the answers of a dialog come from: the person at the terminal, or a descriptor that a program prepared
// (--password-fd). Never an argument, never the environment. One thread.
#pragma once

#include "cli/terminal.h"
#include "lib/base/secret.h"
#include "lib/protocol/turn.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli {

class Answerer {
public:
    virtual ~Answerer() = default;
    /// An `info` or `error` prompt, or what a wait or an end says. It may be a secret that the person is to keep.
    virtual void show(std::string_view text) = 0;
    /// Throws base::Error when no answer is to be had.
    [[nodiscard]] virtual base::Secret answer(const protocol::Prompt& prompt) = 0;
};

class TerminalAnswerer final : public Answerer {
public:
    explicit TerminalAnswerer(Terminal terminal) noexcept : terminal_(std::move(terminal)) {}
    void show(std::string_view text) override;
    [[nodiscard]] base::Secret answer(const protocol::Prompt& prompt) override;

private:
    Terminal terminal_;
};

/// Gives the lines in order, and each line once: who is asked again was wrong, and the same answer would be wrong
/// again.
class PreparedAnswerer final : public Answerer {
public:
    enum class LastLine {
        like_the_others,
        new_password, ///< answers the prompts for the new password, and its repetition, and no other
    };
    PreparedAnswerer(std::vector<base::Secret> lines, LastLine last_line);
    void show(std::string_view text) override; ///< to standard error
    [[nodiscard]] base::Secret answer(const protocol::Prompt& prompt) override;

private:
    std::deque<base::Secret> lines_;
    std::optional<base::Secret> new_password_;
    std::vector<std::string> answered_; ///< names of the prompts that had the new password
};

/// The one that --password-fd says, else the terminal's. Throws UsageError where there is neither.
[[nodiscard]] std::unique_ptr<Answerer> make_answerer(std::optional<int> password_fd,
                                                      PreparedAnswerer::LastLine last_line);

/// The terminal's. Throws UsageError with the sentence `without` where there is none.
[[nodiscard]] std::unique_ptr<Answerer> answerer_at_terminal(const char* without);

/// The lines of descriptor `fd` up to its end, without their line ends. Throws UsageError for a descriptor that is not
/// open, for no line, an empty line, more than `at_most` lines, and lines above limits::answer_bytes.
[[nodiscard]] std::vector<base::Secret> read_password_lines(int fd, std::size_t at_most);

/// Asks twice on the terminal until both are the same, at most three times. Throws UsageError where there is no
/// terminal.
[[nodiscard]] base::Secret ask_for_new_password();

} // namespace loquet::cli
