// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/answerer.h"
#include "cli/dialog.h"
#include "cli/exit_code.h"
#include "cli/name_service.h"
#include "cli/verbs.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>
#include <optional>

namespace loquet::cli {

namespace {

using protocol::Reason;

/// Whom it is about, and how the dialog is opened. Lives in this call.
struct OwnDialog {
    const char* purpose; ///< protocol::purpose
    std::string account; ///< empty: that of the caller
    const char* service; ///< PAM service to stand for
    const char* verb;    ///< of loquetctl, for who has to name the account
};

std::string name_of_caller(const char* verb) {
    std::optional<std::string> name = own_name();
    if (!name) {
        throw UsageError(
            fmt::format("User {} has no name here. Give the account's: loquetctl {} NAME", ::getuid(), verb));
    }
    return *std::move(name);
}

base::Error::Kind kind_of(Reason reason) {
    switch (reason) {
    case Reason::not_ours:
        return base::Error::Kind::not_found;
    case Reason::unavailable:
        return base::Error::Kind::unavailable;
    case Reason::busy:
        return base::Error::Kind::busy;
    case Reason::rules:
        return base::Error::Kind::invalid;
    default:
        return base::Error::Kind::denied;
    }
}

base::Error failure_of(const protocol::Denied& denied) {
    std::string text = fmt::format("{}", fmt::join(denied.messages, " "));
    if (text.empty()) {
        text = denied.reason == Reason::not_ours ? "This is not an account of Loquet, or you may not act for it. For "
                                                   "an account of /etc/passwd, use passwd."
                                                 : fmt::format("Not changed: {}.", protocol::to_text(denied.reason));
    }
    return {kind_of(denied.reason), base::printable(text)};
}

struct OwnEnd {
    std::string account;
    std::vector<std::string> messages;
};

/// Its good end. Throws UsageError where the caller has no name here, and Error, with the daemon's own words where it
/// said some, for every other end.
OwnEnd run_own_dialog(Client& client, const OwnDialog& dialog, Answerer& answerer) {
    std::string account = dialog.account.empty() ? name_of_caller(dialog.verb) : dialog.account;
    DialogResult result = run_dialog(client, {dialog.purpose, account, dialog.service}, answerer);
    if (const auto* denied = std::get_if<protocol::Denied>(&result)) {
        throw failure_of(*denied);
    }
    auto* done = std::get_if<protocol::Done>(&result);
    if (done == nullptr) {
        throw base::Error(base::Error::Kind::internal,
                          "The service answered with a login, which was not asked for. Look at its journal.");
    }
    return {std::move(account), std::move(done->messages)};
}

/// `what` with the account's name, and what the service said.
ExitCode tell(Output& output, const OwnEnd& done, fmt::format_string<std::string> what) {
    std::string said = fmt::format(what, base::printable(done.account));
    for (const std::string& message : done.messages) {
        said += "\n" + base::printable(message);
    }
    output.done(said, {{{"account", "", done.account}, {"messages", "", done.messages}}});
    return ExitCode::done;
}

} // namespace

ExitCode passwd(Client& client, Output& output, const PasswdOptions& options) {
    const std::unique_ptr<Answerer> answerer =
        make_answerer(options.password_fd, PreparedAnswerer::LastLine::new_password);
    const OwnEnd done =
        run_own_dialog(client, {protocol::purpose::change_password, options.account, "passwd", "passwd"}, *answerer);
    return tell(output, done, "The password of {} was changed.");
}

ExitCode enrol(Client& client, Output& output, const std::string& account) {
    const std::unique_ptr<Answerer> answerer =
        answerer_at_terminal("To set up a factor a person reads a secret and types what it gives, which needs a "
                             "terminal. Run 'loquetctl enrol' at one; over ssh, with 'ssh -t'.");
    const OwnEnd done =
        run_own_dialog(client, {protocol::purpose::manage_secrets, account, "loquetctl", "enrol"}, *answerer);
    output.done(fmt::format("The second factor of {} is set up.", base::printable(done.account)),
                {{{"account", "", done.account}, {"messages", "", done.messages}}});
    return ExitCode::done;
}

ExitCode change_address(Client& client, Output& output, const std::string& account) {
    const std::unique_ptr<Answerer> answerer =
        answerer_at_terminal("A person types the code that is sent to the new address, which needs a terminal. Run "
                             "'loquetctl change-address' at one; over ssh, with 'ssh -t'.");
    const OwnEnd done =
        run_own_dialog(client, {protocol::purpose::change_address, account, "loquetctl", "change-address"}, *answerer);
    return tell(output, done, "The address of {} was changed.");
}

} // namespace loquet::cli
