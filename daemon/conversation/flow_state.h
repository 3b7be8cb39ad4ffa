// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog as a pure state machine: which step is on, what may be done now, what a step's turn means for the whole.
// No clock, no I/O. Loop thread.
#pragma once

#include "lib/protocol/turn.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::conversation {

enum class State : std::uint8_t {
    asking,  ///< the person has the word
    running, ///< an answer is being judged
    ended,
};

enum class Request : std::uint8_t { answer, cancel };

/// What is not permitted now is refused, not queued: one answer at a time.
[[nodiscard]] constexpr bool permitted(State state, Request request) noexcept {
    switch (state) {
    case State::asking:
        return true;
    case State::running:
        return request == Request::cancel;
    case State::ended:
        return false;
    }
    return false;
}

/// So many of these steps, of those that the person has set up; 0: of who has none set up, none, and of others one.
/// Where it `enrols`, the person is to set so many of them up; 0: one, or none where they would rather not.
struct FlowItem {
    std::vector<std::string> steps;
    std::size_t at_least = 1;
    bool enrols = false;
    /// Where it was granted at this place within so many days, it is passed over; 0: never.
    std::chrono::days trust_place{0};

    [[nodiscard]] bool is_required_step() const noexcept { return steps.size() == 1 && at_least == 1 && !enrols; }
    friend bool operator==(const FlowItem&, const FlowItem&) = default;
};

/// Parts of one required step each.
[[nodiscard]] std::vector<FlowItem> required(std::vector<std::string> steps);

/// What is known of the person in the flow.
struct FlowContext {
    /// Which steps the person can take; a step that is required by itself is not asked about.
    std::function<bool(const std::string& step)> is_set_up;
    /// Whether an item that is trusted for so long was granted at this place.
    std::function<bool(std::chrono::days)> is_trusted = [](std::chrono::days) { return false; };
};

class FlowState {
public:
    /// What a step may do by its kind, for every name alike.
    struct StepTraits {
        bool acts = false;  ///< may write, send or end when it begins
        bool asks = true;   ///< always asks then
        bool sends = false; ///< may send
    };
    struct Reach {
        bool acts = false;       ///< a step that acts may begin before the next question
        bool sends = false;      ///< so may one that sends
        bool may_finish = false; ///< there may be no next question
    };
    /// The built-in step in which the person picks one of options().
    static constexpr const char* choice = "choice";

    explicit FlowState(std::vector<FlowItem> items) : items_(std::move(items)) {}

    [[nodiscard]] State state() const noexcept { return state_; }
    /// True where every item has what it wants; after enter(), also where the rest wants nothing of this person.
    [[nodiscard]] bool at_end() const noexcept { return at_ >= items_.size(); }

    /// To be called before a step begins: finds out what is next. False where an item wants more than the person has.
    [[nodiscard]] bool enter(const FlowContext& context);
    /// An item that may be trusted was granted in this dialog.
    [[nodiscard]] bool earned_trust() const noexcept { return earned_trust_; }
    /// The step on; `choice` while the person has to pick one.
    [[nodiscard]] const std::string& step() const noexcept { return step_; }
    /// The step on is set up rather than asked for.
    [[nodiscard]] bool enrols() const noexcept { return offers_enrolment() && step_ != choice; }
    /// What the person picks here will be set up.
    [[nodiscard]] bool offers_enrolment() const noexcept { return !at_end() && items_[at_].enrols; }
    /// What is left to pick from.
    [[nodiscard]] const std::vector<std::string>& options() const noexcept { return options_; }
    /// The person picked the option of that number, from 0. False where there is none.
    [[nodiscard]] bool pick(std::size_t option);
    /// Nobody has to pick anything here.
    [[nodiscard]] bool may_decline() const noexcept { return offers_enrolment() && items_[at_].at_least == 0; }
    /// The person would rather not. False where something has to be picked.
    [[nodiscard]] bool decline();

    [[nodiscard]] const std::vector<protocol::Prompt>& prompts() const noexcept { return prompts_; }
    /// How many answers the prompts on the screen want.
    [[nodiscard]] std::size_t answers_wanted() const noexcept;
    /// What they want first; `other` where they want nothing.
    [[nodiscard]] protocol::PromptRole wanted_role() const noexcept;

    /// Of what follows from here on (the step on left out) before a step is sure to ask: decided by what the steps are,
    /// never by the person's factors or places.
    [[nodiscard]] Reach reach(const std::function<StepTraits(const std::string& step)>& traits) const;

    /// The step on waits for what happens elsewhere.
    [[nodiscard]] bool waits() const noexcept { return state_ != State::ended && waits_; }

    void run() noexcept { state_ = State::running; }
    void end() noexcept { state_ = State::ended; }

    /// What the step on says becomes what the dialog says. A granted step moves on: the result is empty when enter() is
    /// to be called, and the turn itself in every other case (a Granted then ends the dialog).
    [[nodiscard]] std::optional<protocol::Turn> advance(protocol::Turn step_says);

private:
    [[nodiscard]] bool open_part(const FlowContext& context);
    void leave_step();

    std::vector<FlowItem> items_;
    std::size_t at_ = 0;
    bool open_ = false;                ///< options_ and wanted_ are of the item at_
    std::vector<std::string> options_; ///< steps of the item that can still be taken
    std::size_t wanted_ = 0;           ///< how many of them must
    std::string step_;
    bool earned_trust_ = false;
    bool picked_ = false; ///< the person chose, and what they chose has not begun
    State state_ = State::running;
    bool waits_ = false;
    std::vector<protocol::Prompt> prompts_;
};

} // namespace loquet::conversation
