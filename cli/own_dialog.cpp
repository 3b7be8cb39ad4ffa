// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/own_dialog.h"

#include "cli/dialog.h"
#include "cli/exit_code.h"
#include "cli/name_service.h"
#include "lib/base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <optional>

namespace loquet::cli {

namespace {

using protocol::Reason;

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
        text = denied.reason == Reason::not_ours
                   ? "That account is not one of Loquet's. Its own tool changes what is its owner's."
                   : fmt::format("Not changed: {}.", protocol::to_text(denied.reason));
    }
    return {kind_of(denied.reason), base::printable(text)};
}

} // namespace

protocol::Granted run_own_dialog(Client& client, const OwnDialog& dialog, Answerer& answerer) {
    const std::string account = dialog.account.empty() ? name_of_caller(dialog.verb) : dialog.account;
    DialogResult result = run_dialog(client, {dialog.purpose, account, dialog.service}, answerer);
    if (const auto* denied = std::get_if<protocol::Denied>(&result)) {
        throw failure_of(*denied);
    }
    return std::get<protocol::Granted>(std::move(result));
}

} // namespace loquet::cli
