// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "plugin_host/calls.h"
#include "plugin_host/collector.h"
#include "plugin_host/sdk_values.h"

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

} // namespace loquet::plugin_host
