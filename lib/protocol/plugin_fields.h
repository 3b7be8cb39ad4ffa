// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what plugins of each kind are asked and answer. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/base/limits.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/wire_fields.h"

#include <algorithm>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace loquet::protocol::detail {

/// In the functions below V is the message's type when it is read, and const when it is written.
template <class V, class Message>
concept is_a = std::same_as<std::remove_const_t<V>, Message>;

inline constexpr auto fields_of_named_text = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::plugin_fact_bytes, Alphabet::utf8);
};

inline constexpr auto fields_of_variable = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::message_variable_bytes, Alphabet::shown);
};

inline constexpr auto fields_of_message = [](auto& a, auto& v) {
    a.text(v.id, limits::message_id_bytes, Alphabet::name);
    a.list(v.variables, limits::message_variables, fields_of_variable);
};

template <class A, class V>
void fields(A& /*a*/, V& /*v*/)
    requires is_a<V, DescribeRequest>
{}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DescribeResponse>
{
    a.text(v.instance, limits::plugin_name_bytes, Alphabet::name);
    a.choice(v.kind, PluginKind::step, PluginKind::channel);
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.version, limits::plugin_version_bytes, Alphabet::shown);
    a.text(v.summary, limits::plugin_summary_bytes, Alphabet::shown);
    a.list(v.facts, limits::plugin_facts,
           [](auto& b, auto& fact) { b.text(fact, limits::plugin_name_bytes, Alphabet::name); });
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ErrorResponse>
{
    a.text(v.text, limits::plugin_error_bytes, Alphabet::shown);
}

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

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, RulesRequest>
{
    a.secret(v.candidate, limits::answer_bytes);
    if (!base::is_utf8(v.candidate.reveal())) {
        refuse_field("a candidate for a password must be UTF-8");
    }
    a.list(v.facts, limits::plugin_facts, fields_of_named_text);
    a.flag(v.in_history);
    a.number(v.history_length);
    a.flag(v.second_factor);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, RulesResponse>
{
    a.list(v.rules, limits::plugin_rules, [](auto& b, auto& rule) {
        b.flag(rule.met);
        fields_of_message(b, rule.message);
    });
    a.number(v.level);
    check_range<std::uint8_t>(v.level, 0, 4);
}

inline constexpr auto fields_of_counter = [](auto& a, auto& v) {
    a.number(v.consecutive);
    a.number(v.since_lock);
    a.number(v.last_failure);
    a.number(v.last_success);
    a.number(v.locked_until);
    a.flag(v.disabled);
    a.number(v.pardoned);
    a.number(v.hour);
    for (auto& failures : v.failed_in_hour) {
        std::uint32_t wide = failures;
        a.number(wide);
        check_range<std::uint32_t>(wide, 0, UINT16_MAX);
        if constexpr (std::remove_cvref_t<decltype(a)>::reads) {
            failures = static_cast<std::uint16_t>(wide);
        }
    }
    a.number(v.pardoned_in_a_row);
};

template <class A, class V>
void scoped_counters(A& a, V& v) {
    for (auto& counter : v.all()) {
        a.maybe(counter, fields_of_counter);
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, JudgeRequest>
{
    a.choice(v.event, LockoutEvent::before, LockoutEvent::lifted);
    a.choice(v.axis, Axis::login, Axis::recovery);
    a.time(v.now);
    a.text(v.boot_id, limits::plugin_name_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, Judgement>
{
    a.choice(v.verdict, Verdict::allow, Verdict::disabled);
    a.time(v.until);
    a.text(v.reason, limits::plugin_reason_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
    a.text(v.alert, limits::plugin_note_bytes, Alphabet::shown);
    a.time(v.hold);
}

inline void check_reference(std::string_view reference) {
    const bool hex =
        std::ranges::all_of(reference, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (reference.size() != limits::delivery_reference_bytes || !hex) {
        refuse_field("a reference is not 32 hexadecimal digits");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DeliverRequest>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.text(v.destination, limits::mail_bytes, Alphabet::address);
    a.text(v.subject, limits::delivery_subject_bytes, Alphabet::shown);
    a.secret(v.text, limits::delivery_text_bytes);
    check_text(v.text.reveal(), Alphabet::lines);
    a.text(v.locale, limits::client_field_bytes, Alphabet::utf8);
    a.time(v.now);
    a.time(v.expires);
    a.number(v.attempt);
    if (v.destination.empty() || v.text.empty() || v.attempt == 0 || v.now >= v.expires) {
        refuse_field("a delivery goes nowhere, says nothing, or is over already");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DeliverResponse>
{
    a.choice(v.outcome, Outcome::sent, Outcome::lost);
    a.time(v.after);
    check_range(v.after.count(), base::Milliseconds(0).count(), base::Milliseconds(limits::longest_retry).count());
    a.text(v.gateway_reference, limits::gateway_reference_bytes, Alphabet::shown);
    a.text(v.said, limits::gateway_said_bytes, Alphabet::shown);
    if ((v.outcome != Outcome::retry && v.after.count() != 0)
        || (v.outcome != Outcome::sent && !v.gateway_reference.empty())) {
        refuse_field("an outcome carries what belongs to another");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, SentMessage>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.text(v.gateway_reference, limits::gateway_reference_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ReceiptsRequest>
{
    a.number(v.kept);
    a.list(v.sent, limits::receipts_at_once, [](auto& archive, auto& message) { fields(archive, message); });
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, Receipt>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.choice(v.outcome, ReceiptOutcome::delivered, ReceiptOutcome::failed);
    a.text(v.said, limits::gateway_said_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ReceiptsResponse>
{
    a.number(v.batch);
    a.flag(v.more);
    a.list(v.receipts, limits::receipts_at_once, [](auto& archive, auto& receipt) { fields(archive, receipt); });
}

} // namespace loquet::protocol::detail
