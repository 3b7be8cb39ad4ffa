// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog as a pure state machine: which step is on, what may be done now, what a step's turn means for the whole.
// No clock, no I/O. Loop thread.
#pragma once

#include "lib/protocol/turn.h"

#include <cstdint>
#include <string>
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

class Conversation {
public:
    /// `steps`: names from the flow, in order. An empty flow grants at once, which the configuration refuses.
    explicit Conversation(std::vector<std::string> steps) : steps_(std::move(steps)) {}

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ >= steps_.size(); }
    [[nodiscard]] const std::string& step() const { return steps_.at(at_); }
    [[nodiscard]] const std::vector<protocol::Prompt>& prompts() const noexcept { return prompts_; }
    /// How many answers the prompts on the screen want.
    [[nodiscard]] std::size_t answers_wanted() const noexcept;

    void run() noexcept { state_ = State::running; }
    void end() noexcept { state_ = State::ended; }

    /// What the step on says becomes what the dialog says. A granted step moves on: the result is empty when a next
    /// step must begin, and the turn itself in every other case (a Granted then ends the dialog).
    [[nodiscard]] std::optional<protocol::Turn> advance(protocol::Turn step_says);

private:
    std::vector<std::string> steps_;
    std::size_t at_ = 0;
    State state_ = State::running;
    std::vector<protocol::Prompt> prompts_;
};

} // namespace loquet::conversation
