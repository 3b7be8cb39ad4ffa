// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/plugin_wire.h"

#include "lib/base/limits.h"
#include "lib/protocol/wire_fields.h"

#include <type_traits>

namespace loquet::protocol {

namespace {

using detail::Alphabet;
using detail::FieldReader;
using detail::FieldWriter;
using detail::refuse_field;

constexpr std::uint32_t magic = 0x3150514c; // "LQP1", the version in the last digit
constexpr base::Milliseconds longest_deadline{600'000};
constexpr std::int64_t shortest_poll = 100;
constexpr std::int64_t longest_poll = 10'000;

// In each function below V is the message's type when it is read, and const when it is written.

constexpr auto fields_of_named_text = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::plugin_fact_bytes, Alphabet::utf8);
};

constexpr auto fields_of_variable = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::message_variable_bytes, Alphabet::shown);
};

constexpr auto fields_of_message = [](auto& a, auto& v) {
    a.text(v.id, limits::message_id_bytes, Alphabet::name);
    a.list(v.variables, limits::message_variables, fields_of_variable);
};

constexpr auto fields_of_counter = [](auto& a, auto& v) {
    a.number(v.consecutive);
    a.number(v.since_lock);
    a.number(v.last_failure);
    a.number(v.last_success);
    a.number(v.locked_until);
    a.flag(v.disabled);
    a.number(v.hour);
    for (auto& failures : v.failed_in_hour) {
        std::uint32_t wide = failures;
        a.number(wide);
        detail::check_range<std::uint32_t>(wide, 0, UINT16_MAX);
        if constexpr (std::remove_cvref_t<decltype(a)>::reads) {
            failures = static_cast<std::uint16_t>(wide);
        }
    }
};

constexpr auto fields_of_state = [](auto& a, auto& v) { a.bytes(v, limits::plugin_state_bytes); };

template <class A, class V>
void scoped_counters(A& a, V& v) {
    for (auto& counter : v.all()) {
        a.maybe(counter, fields_of_counter);
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, JudgeRequest>
{
    a.choice(v.event, LockoutEvent::before, LockoutEvent::sent);
    a.time(v.now);
    a.text(v.boot_id, limits::plugin_name_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, Judgement>
{
    a.choice(v.verdict, Verdict::allow, Verdict::disabled);
    a.time(v.until);
    a.text(v.reason, limits::plugin_reason_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
    a.text(v.alert, limits::plugin_note_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, RulesRequest>
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
    requires std::same_as<std::remove_const_t<V>, RulesResponse>
{
    a.list(v.rules, limits::plugin_rules, [](auto& b, auto& rule) {
        b.flag(rule.met);
        fields_of_message(b, rule.message);
    });
    a.number(v.level);
    detail::check_range<std::uint8_t>(v.level, 0, 4);
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, StepRequest>
{
    a.choice(v.operation, StepOperation::begin, StepOperation::enrol_answer);
    a.list(v.facts, limits::plugin_facts, fields_of_named_text);
    fields_of_state(a, v.account_state);
    fields_of_state(a, v.dialog_state);
    a.list(v.answers, limits::answers_per_turn, [](auto& b, auto& answer) { b.secret(answer, limits::answer_bytes); });
    a.time(v.now);
    a.text(v.locale, limits::client_field_bytes, Alphabet::utf8);
}

constexpr auto fields_of_prompt = [](auto& a, auto& v) {
    a.choice(v.style, PromptStyle::secret, PromptStyle::error);
    a.text(v.name, limits::prompt_name_bytes, Alphabet::lower_name);
    fields_of_message(a, v.message);
};

template <class A, class V>
void turn_fields(A& /*a*/, V& /*v*/)
    requires std::same_as<std::remove_const_t<V>, StepGrant> || std::same_as<std::remove_const_t<V>, StepDeny>
{}

template <class A, class V>
void turn_fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, StepAsk>
{
    a.list(v.prompts, limits::prompts_per_turn, fields_of_prompt);
    if (v.prompts.empty()) {
        refuse_field("a turn asks for nothing");
    }
}

template <class A, class V>
void turn_fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, StepWait>
{
    fields_of_message(a, v.message);
    a.time(v.poll);
    detail::check_range(static_cast<std::int64_t>(v.poll.count()), shortest_poll, longest_poll);
}

void choose_turn(FieldWriter& a, const StepResponse& v) {
    a.number(static_cast<std::uint8_t>(v.turn.index()));
}

void choose_turn(FieldReader& a, StepResponse& v) {
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
    default:
        refuse_field("a turn of an unknown kind");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, StepResponse>
{
    choose_turn(a, v);
    std::visit([&a](auto& turn) { turn_fields(a, turn); }, v.turn);
    a.maybe(v.account_state, fields_of_state);
    a.maybe(v.dialog_state, fields_of_state);
    a.text(v.note, limits::plugin_note_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& /*a*/, V& /*v*/)
    requires std::same_as<std::remove_const_t<V>, DescribeRequest>
{}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, DescribeResponse>
{
    a.text(v.instance, limits::plugin_name_bytes, Alphabet::name);
    a.choice(v.kind, PluginKind::step, PluginKind::password_rules);
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.version, limits::plugin_version_bytes, Alphabet::shown);
    a.text(v.summary, limits::plugin_summary_bytes, Alphabet::shown);
    a.list(v.facts, limits::plugin_facts,
           [](auto& b, auto& fact) { b.text(fact, limits::plugin_name_bytes, Alphabet::name); });
}

template <class A, class V>
void fields(A& a, V& v)
    requires std::same_as<std::remove_const_t<V>, ErrorResponse>
{
    a.text(v.text, limits::plugin_error_bytes, Alphabet::shown);
}

template <class T>
constexpr FrameKind kind_of = FrameKind::error_response;
template <>
constexpr FrameKind kind_of<DescribeRequest> = FrameKind::describe_request;
template <>
constexpr FrameKind kind_of<JudgeRequest> = FrameKind::judge_request;
template <>
constexpr FrameKind kind_of<RulesRequest> = FrameKind::rules_request;
template <>
constexpr FrameKind kind_of<StepRequest> = FrameKind::step_request;
template <>
constexpr FrameKind kind_of<DescribeResponse> = FrameKind::describe_response;
template <>
constexpr FrameKind kind_of<Judgement> = FrameKind::judgement;
template <>
constexpr FrameKind kind_of<RulesResponse> = FrameKind::rules_response;
template <>
constexpr FrameKind kind_of<StepResponse> = FrameKind::step_response;

[[nodiscard]] bool is_known(std::uint8_t kind) noexcept {
    const bool request = kind >= 0x01 && kind <= 0x04;
    const bool response = kind >= 0x81 && kind <= 0x84;
    return request || response || kind == static_cast<std::uint8_t>(FrameKind::error_response);
}

template <class T>
base::SecureBytes encode_message(const FrameHeader& header, const T& message) {
    base::WireWriter out;
    FieldWriter writer(out);
    out.u32(magic);
    out.u32(header.serial);
    out.u8(static_cast<std::uint8_t>(kind_of<T>));
    detail::check_range<std::int64_t>(header.deadline.count(), 0, longest_deadline.count());
    out.u32(static_cast<std::uint32_t>(header.deadline.count()));
    fields(writer, message);
    if (out.view().size() > limits::plugin_frame_bytes) {
        throw base::Error(base::Error::Kind::limited, "a plugin's message is longer than its limit of "
                                                          + std::to_string(limits::plugin_frame_bytes) + " bytes");
    }
    return out.take();
}

template <class T>
T decode_message(const Frame& frame) {
    if (frame.kind != kind_of<T>) {
        refuse_field("it is of another kind than expected");
    }
    T message{};
    base::WireReader in(frame.body);
    FieldReader reader(in);
    fields(reader, message);
    in.expect_end();
    return message;
}

} // namespace

std::string_view to_text(PluginKind kind) noexcept {
    switch (kind) {
    case PluginKind::step:
        return "step";
    case PluginKind::lockout:
        return "lockout";
    case PluginKind::password_rules:
        return "password_rules";
    }
    return "unknown";
}

std::optional<PluginKind> plugin_kind_from_text(std::string_view text) noexcept {
    for (const PluginKind kind : {PluginKind::step, PluginKind::lockout, PluginKind::password_rules}) {
        if (to_text(kind) == text) {
            return kind;
        }
    }
    return std::nullopt;
}

Frame decode_frame(std::span<const std::uint8_t> packet) {
    constexpr std::size_t header_bytes = 13;
    if (packet.size() > limits::plugin_frame_bytes) {
        refuse_field("it is longer than its limit");
    }
    base::WireReader in(packet);
    if (in.u32() != magic) {
        refuse_field("it does not begin as a frame of this version does");
    }
    Frame frame;
    frame.header.serial = in.u32();
    const std::uint8_t kind = in.u8();
    if (!is_known(kind)) {
        refuse_field("it is of an unknown kind");
    }
    frame.kind = static_cast<FrameKind>(kind);
    frame.header.deadline = base::Milliseconds(in.u32());
    detail::check_range<std::int64_t>(frame.header.deadline.count(), 0, longest_deadline.count());
    frame.body = packet.subspan(header_bytes);
    return frame;
}

base::SecureBytes encode(const FrameHeader& header, const DescribeRequest& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const JudgeRequest& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const RulesRequest& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const StepRequest& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const DescribeResponse& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const Judgement& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const RulesResponse& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const StepResponse& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const ErrorResponse& message) {
    return encode_message(header, message);
}

template <>
DescribeRequest decode(const Frame& frame) {
    return decode_message<DescribeRequest>(frame);
}
template <>
JudgeRequest decode(const Frame& frame) {
    return decode_message<JudgeRequest>(frame);
}
template <>
RulesRequest decode(const Frame& frame) {
    return decode_message<RulesRequest>(frame);
}
template <>
StepRequest decode(const Frame& frame) {
    return decode_message<StepRequest>(frame);
}
template <>
DescribeResponse decode(const Frame& frame) {
    return decode_message<DescribeResponse>(frame);
}
template <>
Judgement decode(const Frame& frame) {
    return decode_message<Judgement>(frame);
}
template <>
RulesResponse decode(const Frame& frame) {
    return decode_message<RulesResponse>(frame);
}
template <>
StepResponse decode(const Frame& frame) {
    return decode_message<StepResponse>(frame);
}
template <>
ErrorResponse decode(const Frame& frame) {
    return decode_message<ErrorResponse>(frame);
}

} // namespace loquet::protocol
