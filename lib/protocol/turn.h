// SPDX-License-Identifier: LGPL-2.1-or-later
// The one vocabulary: what a step says, what the engine decides, what the bus carries and what PAM draws. A new method
// of authentication asks other prompts; it never adds a case here. Plain values, any thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/secret.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::protocol {

enum class PromptStyle : std::uint8_t {
    secret = 1,  ///< answered, not echoed
    visible = 2, ///< answered, echoed
    choice = 3,  ///< answered with one of the lines' numbers
    info = 4,    ///< shown, no answer
    error = 5,   ///< shown as an error, no answer
};

[[nodiscard]] constexpr bool wants_answer(PromptStyle style) noexcept {
    return style <= PromptStyle::choice;
}

/// What an answer is to the programs between the person and the daemon: which of PAM's items it becomes, and whether
/// one that was typed before may stand for it. Only the built-in steps ask for passwords; a plugin's prompts are `code`
/// or `other`, whatever they are called.
enum class PromptRole : std::uint8_t {
    other,            ///< nothing of the following, and every prompt without an answer
    current_password, ///< PAM_AUTHTOK of a login, PAM_OLDAUTHTOK of a change
    new_password,     ///< PAM_AUTHTOK of a change; also where it is asked for once more
    code,             ///< read from a device or a message, good once
};

[[nodiscard]] std::string_view to_text(PromptRole role) noexcept;
[[nodiscard]] PromptRole role_from_text(std::string_view text) noexcept; ///< unknown words are `other`

struct Prompt {
    PromptStyle style = PromptStyle::info;
    /// For programs that tell prompts apart: "password", "totp.code"; at most limits::shown_prompt_name_bytes
    /// of [a-z0-9_.].
    /// Nothing follows from it; what does stands in `role`.
    std::string name;
    std::string text; ///< for the person, in the dialog's language; printable, at most limits::prompt_text_bytes
    PromptRole role = PromptRole::other;
    /// The text instead of `text`, which is empty then, where it holds a secret: the key of a generator of codes that
    /// is set up. All copies of a prompt share it; it is wiped with the last.
    std::shared_ptr<const base::Secret> secret_text{};

    /// Lives as long as the prompt.
    [[nodiscard]] std::string_view shown() const noexcept { return secret_text ? secret_text->reveal() : text; }
    friend bool operator==(const Prompt& a, const Prompt& b) noexcept {
        return a.style == b.style && a.name == b.name && a.role == b.role && a.shown() == b.shown()
               && (a.secret_text == nullptr) == (b.secret_text == nullptr);
    }
};

/// Why a dialog ended as it did. Which of them a caller gets to see is the profile's decision (`disclose`): without it
/// every refusal is `refused`.
enum class Reason : std::uint8_t {
    none,
    refused,               ///< wrong, unknown, locked, disabled, without a secret: nobody is told which
    locked,                ///< too many failures; retry_after says for how long
    disabled,              ///< locked until recovery or by the helpdesk
    new_password_required, ///< expired, first login, or set by somebody else: granted, but change it first
    not_authorised,        ///< the person is right, this service is not for them
    not_ours,              ///< the name belongs to another source of accounts
    unavailable,           ///< a part that is needed does not answer
    busy,                  ///< too many attempts are waiting
    rules,                 ///< the new password does not meet the rules
    revoked,               ///< locked just now, by a code that says "this was not me"
    not_set_up,            ///< a factor was to be set up and was not; the account is what it was
    taken_over,            ///< the dialog goes on elsewhere, with the same code
};

[[nodiscard]] std::string_view to_text(Reason reason) noexcept;
[[nodiscard]] Reason reason_from_text(std::string_view text) noexcept; ///< unknown words are `refused`

struct Ask {
    std::vector<Prompt> prompts;
    friend bool operator==(const Ask&, const Ask&) = default;
};
struct Wait {
    std::string text;
    base::Milliseconds poll{0};
    friend bool operator==(const Wait&, const Wait&) = default;
};
struct Granted {
    std::string account;               ///< canonical name
    Reason reason = Reason::none;      ///< none, new_password_required or not_authorised (for the account phase)
    std::vector<std::string> messages; ///< shown to the person, in their language
    friend bool operator==(const Granted&, const Granted&) = default;
};
/// The purpose is finished, and nobody is logged in: the good end of every purpose but those that protocol::logs_in()
/// names. No step says it: the daemon presents the granted end of a flow so.
struct Done {
    std::vector<std::string> messages; ///< shown to the person, in their language
    /// The question behind them where the program clears the screen after the last answer; that it is answered says
    /// nothing.
    std::string acknowledge{};
    friend bool operator==(const Done&, const Done&) = default;
};
struct Denied {
    Reason reason = Reason::refused;
    std::chrono::seconds retry_after{0}; ///< 0: not said
    std::vector<std::string> messages;
    friend bool operator==(const Denied&, const Denied&) = default;
};

using Turn = std::variant<Ask, Wait, Granted, Done, Denied>;

/// One for each prompt that wants an answer, in order.
using Answers = std::vector<base::Secret>;

} // namespace loquet::protocol
