// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/calls.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/sdk_boundary.h"

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

namespace loquet::plugin_host {

namespace {

struct StepTurn : Collector {
    explicit StepTurn(protocol::StepOperation asked) : operation(asked) {}
    protocol::StepOperation operation;
    protocol::StepResponse response;
    bool taken = false;

    /// The turn of that kind, which is taken once; asking goes on with the same one.
    template <class T>
    T& take_turn() {
        constexpr bool may_repeat = std::is_same_v<T, protocol::StepAsk>;
        if (!taken) {
            taken = true;
            return response.turn.emplace<T>();
        }
        if (!may_repeat || !std::holds_alternative<T>(response.turn)) {
            refuse("it took more than one turn");
        }
        return std::get<T>(response.turn);
    }
};

void ask(void* context, int style, loquet_text name, const loquet_message* message) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] {
        auto& prompts = turn.take_turn<protocol::StepAsk>().prompts;
        if (prompts.size() >= limits::prompts_per_turn) {
            Collector::refuse("it asks for more than 32 things at once");
        }
        if (style < LOQUET_PROMPT_SECRET || style > LOQUET_PROMPT_ERROR) {
            Collector::refuse("the style of a prompt is none of the five");
        }
        prompts.push_back({static_cast<protocol::PromptStyle>(style),
                           copy(name, limits::prompt_name_bytes, "the name of a prompt"), copy(message)});
    });
}

void wait(void* context, const loquet_message* message, uint32_t poll) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] {
        auto& wait = turn.take_turn<protocol::StepWait>();
        wait.message = copy(message);
        wait.poll = base::Milliseconds(poll);
    });
}

void grant(void* context) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] { turn.take_turn<protocol::StepGrant>(); });
}

void deny(void* context) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] { turn.take_turn<protocol::StepDeny>(); });
}

void skip(void* context) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] {
        if (turn.operation != protocol::StepOperation::begin) {
            Collector::refuse("it skipped what had begun");
        }
        turn.take_turn<protocol::StepSkip>();
    });
}

void set_account_state(void* context, loquet_bytes state) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] { turn.response.account_state = copy(state, limits::plugin_state_bytes, "the account state"); });
}

void set_dialog_state(void* context, loquet_bytes state) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] { turn.response.dialog_state = copy(state, limits::plugin_state_bytes, "the dialog state"); });
}

void note(void* context, loquet_text text) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] { turn.response.note = copy(text, limits::plugin_note_bytes, "the note"); });
}

void send(void* context, const loquet_outgoing* outgoing) noexcept {
    StepTurn& turn = Collector::of<StepTurn>(context);
    turn.take([&] {
        if (outgoing == nullptr || outgoing->size < sizeof(loquet_outgoing)) {
            Collector::refuse("what it sends is missing or of an older form");
        }
        if (turn.response.send.size() >= limits::messages_per_turn) {
            Collector::refuse("it sends more than 2 messages at once");
        }
        if (outgoing->medium != LOQUET_MEDIUM_MAIL && outgoing->medium != LOQUET_MEDIUM_SMS) {
            Collector::refuse("it sends by no medium that there is");
        }
        turn.response.send.push_back({static_cast<protocol::Medium>(outgoing->medium), copy(outgoing->message),
                                      base::Milliseconds(outgoing->lifetime)});
    });
}

} // namespace

protocol::StepResponse run(const loquet_step& plugin, void* self, const protocol::StepRequest& request) {
    StepTurn turn(request.operation);
    const auto facts = lend(request.facts);
    std::vector<loquet_text> answers;
    answers.reserve(request.answers.size());
    for (const base::Secret& answer : request.answers) {
        answers.push_back(lend(answer.reveal()));
    }
    loquet_step_request lent{};
    lent.size = sizeof lent;
    lent.operation = static_cast<int>(request.operation);
    lent.facts = facts.data();
    lent.fact_count = facts.size();
    lent.account_state = lend(request.account_state);
    lent.dialog_state = lend(request.dialog_state);
    lent.answers = answers.data();
    lent.answer_count = answers.size();
    lent.now = request.now.count();
    lent.locale = lend(request.locale);
    lent.key = lend(request.key);
    const loquet_step_output output{sizeof output,     &turn, &ask,  &wait, &grant, &deny, &set_account_state,
                                    &set_dialog_state, &note, &send, &skip};
    turn.run([&] { return plugin.run(self, &lent, &output); });
    if (!turn.taken) {
        Collector::refuse("the plugin broke its contract: it took no turn");
    }
    return std::move(turn.response);
}

static_assert(LOQUET_SCOPE_COUNT == protocol::scope_count);

namespace {

struct Decision : Collector {
    explicit Decision(const protocol::JudgeRequest& asked) : request(asked) {}
    const protocol::JudgeRequest& request;
    protocol::Judgement judgement;
    bool decided = false;
};

void decide(void* context, int verdict, int64_t until, loquet_text reason) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] {
        if (std::exchange(decision.decided, true)) {
            Collector::refuse("it decided twice");
        }
        if (verdict < LOQUET_VERDICT_ALLOW || verdict > LOQUET_VERDICT_DISABLED) {
            Collector::refuse("its verdict is none of the four");
        }
        decision.judgement.verdict = static_cast<protocol::Verdict>(verdict);
        decision.judgement.until = base::Milliseconds(until);
        decision.judgement.reason = copy(reason, limits::plugin_reason_bytes, "the reason");
    });
}

void set_counter(void* context, int scope, const loquet_counter* counter) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] {
        if (scope < 0 || scope >= LOQUET_SCOPE_COUNT
            || !decision.request.counters[static_cast<protocol::Scope>(scope)]) {
            Collector::refuse("it set a counter that the attempt does not have");
        }
        decision.judgement.counters[static_cast<protocol::Scope>(scope)] = copy(counter);
    });
}

void alert(void* context, loquet_text text) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] { decision.judgement.alert = copy(text, limits::plugin_note_bytes, "the alert"); });
}

void hold(void* context, int64_t until) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] { decision.judgement.hold = base::Milliseconds(until); });
}

protocol::Judgement judge_once(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    Decision decision(request);
    std::array<loquet_counter, LOQUET_SCOPE_COUNT> counters{};
    loquet_lockout_request lent{};
    lent.size = sizeof lent;
    lent.event = static_cast<int>(request.event);
    lent.axis = static_cast<int>(request.axis);
    lent.now = request.now.count();
    lent.boot_id = lend(request.boot_id);
    for (std::size_t scope = 0; scope < counters.size(); ++scope) {
        if (const auto& counter = request.counters.all().at(scope)) {
            counters.at(scope) = lend(*counter);
            lent.counters[scope] = &counters.at(scope);
        }
    }
    const loquet_lockout_output output{sizeof output, &decision, &decide, &set_counter, &alert, &hold};
    decision.run([&] { return plugin.judge(self, &lent, &output); });
    if (!decision.decided) {
        Collector::refuse("the plugin broke its contract: it decided nothing");
    }
    return std::move(decision.judgement);
}

/// A policy that was made before the event was may say that it does not know it; nothing happened that it must count.
protocol::Judgement judge_refused(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    try {
        return judge_once(plugin, self, request);
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::unavailable) {
            throw;
        }
        protocol::JudgeRequest before = request;
        before.event = protocol::LockoutEvent::before;
        protocol::Judgement judgement = judge_once(plugin, self, before);
        judgement.counters = {};
        return judgement;
    }
}

} // namespace

protocol::Judgement judge(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    return request.event == protocol::LockoutEvent::refused ? judge_refused(plugin, self, request)
                                                            : judge_once(plugin, self, request);
}

namespace {

struct Checklist : Collector {
    protocol::RulesResponse response;
    bool levelled = false;
};

void rule(void* context, int met, const loquet_message* message) noexcept {
    Checklist& list = Collector::of<Checklist>(context);
    list.take([&] {
        if (list.response.rules.size() >= limits::plugin_rules) {
            Collector::refuse("it lists more than 64 rules");
        }
        list.response.rules.push_back({met != 0, copy(message)});
    });
}

void level(void* context, int level) noexcept {
    Checklist& list = Collector::of<Checklist>(context);
    list.take([&] {
        if (std::exchange(list.levelled, true) || level < 0 || level > 4) {
            Collector::refuse("it gave two levels, or one that is not 0 to 4");
        }
        list.response.level = static_cast<std::uint8_t>(level);
    });
}

} // namespace

protocol::RulesResponse check(const loquet_password_rules& plugin, void* self, const protocol::RulesRequest& request) {
    Checklist list;
    const auto facts = lend(request.facts);
    loquet_rules_request lent{};
    lent.size = sizeof lent;
    lent.candidate = lend(request.candidate.reveal());
    lent.facts = facts.data();
    lent.fact_count = facts.size();
    lent.in_history = request.in_history ? 1 : 0;
    lent.history_length = static_cast<int>(request.history_length);
    lent.second_factor = request.second_factor ? 1 : 0;
    const loquet_rules_output output{sizeof output, &list, &rule, &level};
    list.run([&] { return plugin.check(self, &lent, &output); });
    if (!list.levelled) {
        Collector::refuse("the plugin broke its contract: it gave no level");
    }
    return std::move(list.response);
}

} // namespace loquet::plugin_host
