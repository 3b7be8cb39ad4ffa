// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/passwd.h"

#include "cli/dialog.h"
#include "cli/name_service.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>

namespace loquet::cli {

namespace {

using protocol::Reason;

std::string name_of_caller() {
    std::optional<std::string> name = own_name();
    if (!name) {
        throw UsageError(
            fmt::format("User {} has no name here. Give the account's: loquetctl passwd NAME", ::getuid()));
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
        text = denied.reason == Reason::not_ours
                   ? "That account is not one of Loquet's. Its own tool changes its password."
                   : fmt::format("Not changed: {}.", protocol::to_text(denied.reason));
    }
    return {kind_of(denied.reason), base::printable(text)};
}

} // namespace

ExitCode passwd(Client& client, Output& output, const PasswdOptions& options) {
    const std::string account = options.account.empty() ? name_of_caller() : options.account;
    const std::unique_ptr<Answerer> answerer =
        make_answerer(options.password_fd, PreparedAnswerer::LastLine::new_password);
    const Ending ending = walk_dialog(client, {protocol::purpose::change_password, account, "passwd"}, *answerer);
    if (const auto* denied = std::get_if<protocol::Denied>(&ending)) {
        throw failure_of(*denied);
    }
    const auto& granted = std::get<protocol::Granted>(ending);
    output.done(fmt::format("The password of {} was changed.", base::printable(granted.account)),
                {{{"account", "", granted.account}, {"messages", "", granted.messages}}});
    return ExitCode::done;
}

} // namespace loquet::cli
