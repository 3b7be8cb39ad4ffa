// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/presenter.h"

namespace loquet::conversation {

using protocol::Denied;
using protocol::Reason;

namespace {

/// Or what only its owner can have brought about.
bool says_nothing_of_the_account(Reason reason) {
    return reason == Reason::revoked || reason == Reason::busy || reason == Reason::unavailable
           || reason == Reason::rules || reason == Reason::not_set_up;
}

std::string minutes(std::chrono::seconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count());
}

} // namespace

messages::Variables variables_of(const protocol::Message& message) {
    messages::Variables variables;
    for (const protocol::NamedText& variable : message.variables) {
        variables.emplace_back(variable.name, variable.value);
    }
    return variables;
}

protocol::Turn Presenter::present(protocol::Turn turn, const std::string& locale) const {
    if (auto* denied = std::get_if<Denied>(&turn)) {
        return present(std::move(*denied), locale);
    }
    return turn;
}

Denied Presenter::present(Denied denied, const std::string& locale) const {
    if (!says_nothing_of_the_account(denied.reason) && !settings_.discloses(denied.reason)) {
        denied = Denied{Reason::refused, {}, {}};
    }
    if (denied.messages.empty()) {
        denied.messages.push_back(
            texts_.render(locale, protocol::to_text(denied.reason), {{"minutes", minutes(denied.retry_after)}}));
    }
    return denied;
}

} // namespace loquet::conversation
