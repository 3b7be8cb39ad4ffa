// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_state.h"

#include <algorithm>
#include <utility>

namespace loquet::conversation {

using protocol::Ask;
using protocol::Granted;
using protocol::Turn;
using protocol::Wait;

std::size_t FlowState::answers_wanted() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        prompts_.begin(), prompts_.end(), [](const protocol::Prompt& p) { return protocol::wants_answer(p.style); }));
}

protocol::PromptRole FlowState::wanted_role() const noexcept {
    const auto first = std::ranges::find_if(prompts_, [](const auto& prompt) { return wants_answer(prompt.style); });
    return first != prompts_.end() ? first->role : protocol::PromptRole::other;
}

std::vector<FlowItem> required(std::vector<std::string> steps) {
    std::vector<FlowItem> items;
    items.reserve(steps.size());
    for (std::string& step : steps) {
        items.push_back({{std::move(step)}, 1});
    }
    return items;
}

bool FlowState::enter(const FlowContext& context) {
    while (!at_end() && !open_) {
        if (!open_part(context)) {
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

bool FlowState::open_part(const FlowContext& context) {
    const FlowItem& item = items_[at_];
    open_ = true;
    options_ = item.steps;
    wanted_ = item.at_least;
    if (item.trust_place.count() > 0 && context.is_trusted(item.trust_place)) {
        wanted_ = 0;
        return true;
    }
    if (item.is_required_step()) {
        return true;
    }
    if (!item.enrols) {
        std::erase_if(options_, [&](const std::string& step) { return !context.is_set_up(step); });
    }
    if (item.at_least == 0) {
        wanted_ = options_.empty() ? 0 : 1;
    }
    return options_.size() >= wanted_;
}

bool FlowState::pick(std::size_t option) {
    if (step_ != choice || option >= options_.size()) {
        return false;
    }
    step_ = options_[option];
    picked_ = true;
    return true;
}

bool FlowState::decline() {
    if (step_ != choice || !may_decline()) {
        return false;
    }
    step_.clear();
    ++at_;
    open_ = false;
    picked_ = true;
    return true;
}

void FlowState::leave_step() {
    std::erase(options_, step_);
    step_.clear();
    if (--wanted_ == 0) {
        earned_trust_ = earned_trust_ || items_[at_].trust_place.count() > 0;
        ++at_;
        open_ = false;
    }
}

FlowState::Reach FlowState::reach(const std::function<StepTraits(const std::string& step)>& traits) const {
    Reach reach;
    for (std::size_t at = at_; at < items_.size(); ++at) {
        const FlowItem& item = items_[at];
        const bool is_on = at == at_ && !step_.empty();
        for (const std::string& step : item.steps) {
            const bool may_begin = !(is_on && step == step_);
            reach.acts = reach.acts || (may_begin && traits(step).acts);
            reach.sends = reach.sends || (may_begin && traits(step).sends);
        }
        const bool is_sure = item.is_required_step() && item.trust_place.count() == 0;
        if (!is_on && is_sure && traits(item.steps.front()).asks) {
            return reach;
        }
    }
    reach.may_finish = true;
    return reach;
}

std::optional<Turn> FlowState::advance(Turn step_says) {
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
    waits_ = std::holds_alternative<Wait>(step_says);
    const bool goes_on = std::holds_alternative<Ask>(step_says) || waits_;
    state_ = goes_on ? State::asking : State::ended;
    return step_says;
}

} // namespace loquet::conversation
