// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what a step is asked and answers. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/protocol/message_fields.h"

#include <algorithm>

namespace loquet::protocol::detail {

constexpr std::int64_t shortest_poll = 100;
constexpr std::int64_t longest_poll = 10'000;

inline constexpr auto fields_of_state = [](auto& a, auto& v) { a.bytes(v, limits::plugin_state_bytes); };

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, StepRequest>
{
    a.choice(v.operation, StepOperation::begin, StepOperation::enrol_answer);
    a.list(v.facts, limits::plugin_facts, fields_of_named_text);
    fields_of_state(a, v.account_state);
    fields_of_state(a, v.dialog_state);
    a.list(v.answers, limits::answers_per_turn, [](auto& b, auto& answer) { b.secret(answer, limits::answer_bytes); });
    a.time(v.now);
    a.text(v.locale, limits::client_field_bytes, Alphabet::utf8);
    a.bytes(v.key, limits::step_key_bytes);
    if (!v.key.empty() && v.key.size() != limits::step_key_bytes) {
        refuse_field("a key is too short");
    }
}

inline constexpr auto fields_of_prompt = [](auto& a, auto& v) {
    a.choice(v.style, PromptStyle::secret, PromptStyle::error);
    a.text(v.name, limits::prompt_name_bytes, Alphabet::lower_name);
    fields_of_message(a, v.message);
};

inline constexpr auto fields_of_outgoing = [](auto& a, auto& v) {
    a.choice(v.medium, Medium::mail, Medium::sms);
    fields_of_message(a, v.message);
    a.time(v.lifetime);
    check_range(v.lifetime.count(), base::Milliseconds(limits::shortest_message_life).count(),
                base::Milliseconds(limits::longest_message_life).count());
};

template <class A, class V>
void turn_fields(A& /*a*/, V& /*v*/)
    requires is_a<V, StepGrant> || is_a<V, StepDeny> || is_a<V, StepSkip>
{}

template <class A, class V>
void turn_fields(A& a, V& v)
    requires is_a<V, StepAsk>
{
    a.list(v.prompts, limits::prompts_per_turn, fields_of_prompt);
    if (v.prompts.empty()) {
        refuse_field("a turn asks for nothing");
    }
    const auto answered = std::ranges::count_if(v.prompts, wants_answer, &StepPrompt::style);
    if (answered > static_cast<std::ptrdiff_t>(limits::answers_per_turn)) {
        refuse_field("a turn wants more answers than can be given");
    }
}

template <class A, class V>
void turn_fields(A& a, V& v)
    requires is_a<V, StepWait>
{
    fields_of_message(a, v.message);
    a.time(v.poll);
    check_range(static_cast<std::int64_t>(v.poll.count()), shortest_poll, longest_poll);
}

inline void choose_turn(FieldWriter& a, const StepResponse& v) {
    a.number(static_cast<std::uint8_t>(v.turn.index()));
}

inline void choose_turn(FieldReader& a, StepResponse& v) {
    std::uint8_t which = 0;
    a.number(which);
    switch (which) {
    case 0:
        v.turn = StepAsk{};
        break;
    case 1:
        v.turn = StepWait{};
        break;
    case 2:
        v.turn = StepGrant{};
        break;
    case 3:
        v.turn = StepDeny{};
        break;
    case 4:
        v.turn = StepSkip{};
        break;
    default:
        refuse_field("a turn of an unknown kind");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, StepResponse>
{
    choose_turn(a, v);
    std::visit([&a](auto& turn) { turn_fields(a, turn); }, v.turn);
    a.maybe(v.account_state, fields_of_state);
    a.maybe(v.dialog_state, fields_of_state);
    a.text(v.note, limits::plugin_note_bytes, Alphabet::shown);
    a.list(v.send, limits::messages_per_turn, fields_of_outgoing);
}

} // namespace loquet::protocol::detail
