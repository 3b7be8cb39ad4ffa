// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/plugin_wire.h"

#include "lib/base/limits.h"
#include "lib/protocol/plugin_fields.h"

namespace loquet::protocol {

namespace {

using detail::FieldReader;
using detail::FieldWriter;
using detail::refuse_field;

constexpr std::uint32_t magic = 0x3150514c; // "LQP1", the version in the last digit
constexpr base::Milliseconds longest_deadline{600'000};

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
constexpr FrameKind kind_of<DeliverRequest> = FrameKind::deliver_request;
template <>
constexpr FrameKind kind_of<ReceiptsRequest> = FrameKind::receipts_request;
template <>
constexpr FrameKind kind_of<DescribeResponse> = FrameKind::describe_response;
template <>
constexpr FrameKind kind_of<Judgement> = FrameKind::judgement;
template <>
constexpr FrameKind kind_of<RulesResponse> = FrameKind::rules_response;
template <>
constexpr FrameKind kind_of<StepResponse> = FrameKind::step_response;
template <>
constexpr FrameKind kind_of<DeliverResponse> = FrameKind::deliver_response;
template <>
constexpr FrameKind kind_of<ReceiptsResponse> = FrameKind::receipts_response;

[[nodiscard]] bool is_known(std::uint8_t kind) noexcept {
    const bool request = kind >= 0x01 && kind <= 0x06;
    const bool response = kind >= 0x81 && kind <= 0x86;
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
    case PluginKind::channel:
        return "channel";
    }
    return "unknown";
}

std::optional<PluginKind> plugin_kind_from_text(std::string_view text) noexcept {
    for (const PluginKind kind :
         {PluginKind::step, PluginKind::lockout, PluginKind::password_rules, PluginKind::channel}) {
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
base::SecureBytes encode(const FrameHeader& header, const DeliverRequest& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const ReceiptsRequest& message) {
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
base::SecureBytes encode(const FrameHeader& header, const DeliverResponse& message) {
    return encode_message(header, message);
}
base::SecureBytes encode(const FrameHeader& header, const ReceiptsResponse& message) {
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
DeliverRequest decode(const Frame& frame) {
    return decode_message<DeliverRequest>(frame);
}
template <>
ReceiptsRequest decode(const Frame& frame) {
    return decode_message<ReceiptsRequest>(frame);
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
DeliverResponse decode(const Frame& frame) {
    return decode_message<DeliverResponse>(frame);
}
template <>
ReceiptsResponse decode(const Frame& frame) {
    return decode_message<ReceiptsResponse>(frame);
}
template <>
ErrorResponse decode(const Frame& frame) {
    return decode_message<ErrorResponse>(frame);
}

} // namespace loquet::protocol
