// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/conversation.h"

#include <algorithm>
#include <utility>

namespace loquet::conversation {

using protocol::Ask;
using protocol::Granted;
using protocol::Turn;
using protocol::Wait;

std::size_t Conversation::answers_wanted() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        prompts_.begin(), prompts_.end(), [](const protocol::Prompt& p) { return protocol::wants_answer(p.style); }));
}

std::vector<FlowPart> required(std::vector<std::string> steps) {
    std::vector<FlowPart> parts;
    parts.reserve(steps.size());
    for (std::string& step : steps) {
        parts.push_back({{std::move(step)}, 1});
    }
    return parts;
}

bool Conversation::enter(const Walker& walker) {
    while (!at_end() && !open_) {
        if (!open_part(walker)) {
            return false;
        }
        if (wanted_ == 0) {
            ++at_;
            open_ = false;
        }
    }
    if (!at_end() && step_.empty()) {
        step_ = options_.size() == wanted_ && !may_decline() ? options_.front() : choice;
    }
    return true;
}

bool Conversation::open_part(const Walker& walker) {
    const FlowPart& part = parts_[at_];
    open_ = true;
    options_ = part.steps;
    wanted_ = part.at_least;
    if (part.trust_place.count() > 0 && walker.is_trusted(part.trust_place)) {
        wanted_ = 0;
        return true;
    }
    if (part.is_required_step()) {
        return true;
    }
    if (!part.enrols) {
        std::erase_if(options_, [&](const std::string& step) { return !walker.is_set_up(step); });
    }
    if (part.at_least == 0) {
        wanted_ = options_.empty() ? 0 : 1;
    }
    return options_.size() >= wanted_;
}

bool Conversation::pick(std::size_t option) {
    if (step_ != choice || option >= options_.size()) {
        return false;
    }
    step_ = options_[option];
    picked_ = true;
    return true;
}

bool Conversation::decline() {
    if (step_ != choice || !may_decline()) {
        return false;
    }
    step_.clear();
    ++at_;
    open_ = false;
    picked_ = true;
    return true;
}

void Conversation::leave_step() {
    std::erase(options_, step_);
    step_.clear();
    if (--wanted_ == 0) {
        earned_trust_ = earned_trust_ || parts_[at_].trust_place.count() > 0;
        ++at_;
        open_ = false;
    }
}

std::optional<Turn> Conversation::advance(Turn step_says) {
    if (std::holds_alternative<Granted>(step_says)) {
        if (std::exchange(picked_, false)) {
            return std::nullopt;
        }
        leave_step();
        if (!at_end()) {
            return std::nullopt;
        }
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
