// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/conversation.h"

#include <algorithm>

namespace loquet::conversation {

using protocol::Ask;
using protocol::Granted;
using protocol::Turn;
using protocol::Wait;

std::size_t Conversation::answers_wanted() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        prompts_.begin(), prompts_.end(), [](const protocol::Prompt& p) { return protocol::wants_answer(p.style); }));
}

std::optional<Turn> Conversation::advance(Turn step_says) {
    if (std::holds_alternative<Granted>(step_says) && ++at_ < steps_.size()) {
        return std::nullopt;
    }
    prompts_.clear();
    if (const auto* ask = std::get_if<Ask>(&step_says)) {
        prompts_ = ask->prompts;
    }
    const bool goes_on = std::holds_alternative<Ask>(step_says) || std::holds_alternative<Wait>(step_says);
    state_ = goes_on ? State::asking : State::ended;
    return step_says;
}

} // namespace loquet::conversation
