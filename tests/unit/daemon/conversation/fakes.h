// SPDX-License-Identifier: LGPL-2.1-or-later
// Plugins as a test scripts them: what they answer, when, and what they were asked. Loop thread.
#pragma once

#include "daemon/conversation/lockout_service.h"
#include "daemon/conversation/strict_policy.h"
#include "daemon/plugins/plugin_clients.h"
#include "lib/base/error.h"
#include "tests/support/not_owned.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace loquet::conversation {

using tests::not_owned;

/// Dead, or held until the test lets it answer.
class FakePlugin {
public:
    bool dead = false;

    void hold() { held_.emplace(); }
    [[nodiscard]] bool is_asked() const noexcept { return asked_; }
    /// Who is asked from here on gets an answer at once; who was held waits for the promise.
    [[nodiscard]] base::Promise<void> keep_held() {
        base::Promise<void> held = std::move(*held_);
        held_.reset();
        return held;
    }
    void let_go() { keep_held().set(); }

protected:
    base::Task<void> reach() {
        asked_ = true;
        if (held_) {
            auto let_go = held_->future();
            co_await let_go;
        }
        if (dead) {
            throw base::Error(base::Error::Kind::unavailable, "the plugin does not answer");
        }
    }

private:
    std::optional<base::Promise<void>> held_;
    bool asked_ = false;
};

class FakeLockout final : public plugins::LockoutClient, public FakePlugin {
public:
    base::Task<protocol::Judgement> judge(protocol::JudgeRequest request) override {
        requests.push_back(request);
        if (when_asked) {
            when_asked(request);
        }
        auto reaching = reach();
        co_await reaching;
        co_return policy(request);
    }
    /// How often the policy heard of that event.
    [[nodiscard]] std::size_t heard(protocol::LockoutEvent event) const {
        return static_cast<std::size_t>(
            std::count_if(requests.begin(), requests.end(), [&](const auto& one) { return one.event == event; }));
    }

    std::function<protocol::Judgement(const protocol::JudgeRequest&)> policy = judge_strictly;
    std::function<void(const protocol::JudgeRequest&)> when_asked;
    std::vector<protocol::JudgeRequest> requests;
};

class FakeRules final : public plugins::RulesClient, public FakePlugin {
public:
    base::Task<protocol::RulesResponse> check(protocol::RulesRequest request) override {
        auto reaching = reach();
        co_await reaching;
        in_history = request.in_history;
        facts = std::move(request.facts);
        co_return protocol::RulesResponse{rules, 4};
    }

    std::vector<protocol::RuleResult> rules{{true, {"rules.length", {{"minimum", "8"}}}}};
    bool in_history = false;
    std::vector<protocol::NamedText> facts;
};

class FakeStep final : public plugins::StepClient, public FakePlugin {
public:
    base::Task<protocol::StepResponse> run(protocol::StepRequest request) override {
        requests.push_back(std::move(request));
        auto reaching = reach();
        co_await reaching;
        protocol::StepResponse response = std::move(responses.front());
        responses.pop_front();
        co_return response;
    }
    void will_say(protocol::StepResponse response) { responses.push_back(std::move(response)); }

    std::deque<protocol::StepResponse> responses;
    std::vector<protocol::StepRequest> requests;
};

inline protocol::StepResponse says_yes() {
    return {protocol::StepGrant{}, {}, {}, {}, {}};
}
inline protocol::StepResponse says_no() {
    return {protocol::StepDeny{}, {}, {}, {}, {}};
}

} // namespace loquet::conversation
