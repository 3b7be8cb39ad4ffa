// SPDX-License-Identifier: LGPL-2.1-or-later
// From prompts to the application's conversation function and back: all of a turn's prompts in one call, so that a
// graphical greeter can draw them as one form. What the person typed is wiped wherever it was. The caller's thread.
// How they are drawn: lib/protocol/layout.h.
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
