// SPDX-License-Identifier: LGPL-2.1-or-later
// One call of libpam into this module: its arguments, the words after the module's name in a PAM service file
// (pam_loquet(8)), and what every phase does with them first and last. Lives as long as the call; the caller's thread.
#pragma once

#include "lib/base/clock.h"
#include "pam_module/conversation.h"
#include "pam_module/pam_result.h"

#include <security/pam_modules.h>

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace loquet::pam {

/// The words after the module's name in a PAM service file (pam_loquet(8)). Plain value, any thread.
struct Options {
    static constexpr base::Milliseconds shortest_timeout{1000};
    static constexpr base::Milliseconds longest_timeout{300000};

    bool try_first_pass = false;       ///< passwords that a module above asked for are tried before asking
    bool use_first_pass = false;       ///< ... and no other is asked for
    bool use_authtok = false;          ///< the new password is the one that a module above asked for
    bool self_service = true;          ///< false: this stack offers none, whatever loquet.toml says of its service
    bool quiet = false;                ///< no information and no error texts
    bool debug = false;                ///< says in syslog what was decided; never a secret
    base::Milliseconds timeout{10000}; ///< the longest that a person waits for the daemon

    std::vector<std::string> complaints; ///< a sentence for every word that was not understood, and ignored
};

[[nodiscard]] Options parse_options(std::span<const char* const> words);

struct Transaction {
    pam_handle_t* handle;
    int flags;
    Options options;

    [[nodiscard]] bool silent() const noexcept { return options.quiet || (flags & PAM_SILENT) != 0; }
    [[nodiscard]] Conversation conversation() const noexcept { return {handle, silent()}; }
    void debug(const std::string& text) const;
};

/// The person of this transaction: a request to talk about them, or PAM's result where that is decided without the
/// daemon (uid 0, no name, a name that another source of names has and Loquet's has not).
[[nodiscard]] std::variant<client::DialogRequest, Aborted> request_for_user(const Transaction& transaction);

/// `login`, or `unlock-screen` where a plain user's program asks for that user's own password.
[[nodiscard]] const char* login_purpose(const client::DialogRequest& request) noexcept;

/// How long the daemon may be silent. Short for a name of which only other sources say whose it is, because Loquet's
/// has no directory: most likely it is theirs.
[[nodiscard]] base::Milliseconds timeout_for(const Transaction& transaction, const client::DialogRequest& request);

/// The whole dialog, drawn by the application. timeout_for() bounds the wait for a silent daemon, not for the person
/// and not for what a step waits for.
[[nodiscard]] client::DialogResult run_dialog(const Transaction& transaction, client::DialogRequest& request,
                                              client::TypedSecrets& typed);

/// Says to the person and to syslog what is to be said about an end that is not the good one of this phase, and gives
/// PAM's result: PAM_SUCCESS only for `done` where a password was changed. A grant that comes here is none.
[[nodiscard]] int result_of(const Transaction& transaction, Phase phase, const client::DialogRequest& request,
                            const client::DialogResult& ended);

} // namespace loquet::pam
