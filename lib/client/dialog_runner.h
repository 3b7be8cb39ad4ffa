// SPDX-License-Identifier: LGPL-2.1-or-later
// The client's side of one dialog, from Begin to its end: draws what the daemon asks, sends what the person answers,
// waits where it waits, and begins again once where the daemon restarted. Knows nothing of PAM or of terminals. The
// caller's thread.
#pragma once

#include "lib/base/secret.h"
#include "lib/client/dialog_connection.h"
#include "lib/protocol/turn.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace loquet::client {

/// What is to be asked of the daemon, and what need not be asked of the person.
struct DialogRequest {
    std::string purpose; ///< protocol::purpose
    std::string account;
    ClientFacts facts;
    std::optional<base::Secret> token;        ///< the password, where it was typed already
    std::optional<base::Secret> new_password; ///< the same for the new one; it is tried once
    bool may_ask_password = true;             ///< false: `token` or nothing
    int no_password = 0;                      ///< Aborted::result where there is no (usable) password
    int new_password_refused = 0;             ///< Aborted::result where `new_password` was refused
};

/// What the person typed, whatever became of it.
struct TypedSecrets {
    std::optional<base::Secret> password;
    std::optional<base::Secret> new_password;
};

/// The dialog cannot go on, for a reason on this side; `result` is the caller's own number for it.
struct Aborted {
    int result = 0;
};

using DialogResult = std::variant<protocol::Granted, protocol::Done, protocol::Denied, Failure, Aborted>;

/// Where prompts are drawn and answered: PAM's conversation function, or a terminal.
class Screen {
public:
    Screen() = default;
    Screen(const Screen&) = default;
    Screen& operator=(const Screen&) = default;
    virtual ~Screen() = default;
    /// One answer for each prompt that wants one, in order. What it throws ends the dialog and passes through run().
    [[nodiscard]] virtual std::variant<protocol::Answers, Aborted>
    ask(const std::vector<protocol::Prompt>& prompts) const = 0;
    /// Texts without a question.
    virtual void show(protocol::PromptStyle style, const std::vector<std::string>& texts) const = 0;
};

/// A dialog that is left without an end is cancelled, also by an exception.
class DialogRunner {
public:
    DialogRunner(DialogConnection& connection, const Screen& screen, DialogRequest& request, TypedSecrets& typed)
        : connection_(connection), screen_(screen), request_(request), typed_(typed) {}

    [[nodiscard]] DialogResult run();

private:
    using Next = std::variant<Reply, Aborted>;

    Reply begin();
    Reply begin_again();
    Next take(const protocol::Turn& turn);
    Next take_wait(const protocol::Wait& wait);
    Next take_ask(const protocol::Ask& ask);
    [[nodiscard]] std::optional<Aborted> may_not_ask(const protocol::Ask& ask);
    void show_texts(const protocol::Ask& ask) const;
    Next send(const protocol::Ask& ask, protocol::Answers drawn);
    void note(const protocol::Prompt& prompt, const base::Secret& answer);

    DialogConnection& connection_;
    const Screen& screen_;
    DialogRequest& request_;
    TypedSecrets& typed_;
    std::string shown_; ///< the text of the last wait
    bool began_again_ = false;
    bool new_password_sent_ = false;
};

/// Whether the daemon would read it: UTF-8, at most limits::answer_bytes.
[[nodiscard]] bool can_travel(const base::Secret& secret) noexcept;

} // namespace loquet::client
