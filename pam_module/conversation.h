// SPDX-License-Identifier: LGPL-2.1-or-later
// From prompts to the application's conversation function and back: all of a turn's prompts in one call, so that a
// graphical greeter can draw them as one form. What the person typed is wiped wherever it was. The caller's thread.
//
// Texts in front of a question are drawn inside it, each on lines of its own: LightDM shows no more than the last of
// them, and in place of the question; sshd holds them back; a program that asks one line shows one line.
#pragma once

#include "lib/client/dialog_runner.h"
#include "lib/protocol/turn.h"

#include <security/pam_modules.h>

#include <string>
#include <variant>
#include <vector>

namespace loquet::pam {

using client::Aborted;

class Conversation final : public client::Screen {
public:
    /// Columns of a line; longer ones are broken at blanks.
    static constexpr std::size_t line_columns = 72;

    /// `silent`: no information and no error texts (quiet, PAM_SILENT); questions are still asked.
    Conversation(pam_handle_t* handle, bool silent) noexcept : handle_(handle), silent_(silent) {}

    /// One answer for each prompt that wants one, in order. Aborted(PAM_CONV_ERR) where the application has no
    /// conversation, lets it fail, or leaves a question without an answer; Aborted(PAM_INCOMPLETE) where it wants to
    /// be called again later.
    [[nodiscard]] std::variant<protocol::Answers, Aborted>
    ask(const std::vector<protocol::Prompt>& prompts) const override;

    /// Texts that have been read when the person has answered `question`, whatever they answered: most programs clear
    /// the screen after the last one. Without a question they are information. Nothing where there is nothing to read.
    void show_until_read(const std::vector<std::string>& texts, const std::string& question) const;

    /// Texts without a question. An application that does not show them changes nothing.
    void show(protocol::PromptStyle style, const std::vector<std::string>& texts) const override;

private:
    pam_handle_t* handle_;
    bool silent_;
};

} // namespace loquet::pam
