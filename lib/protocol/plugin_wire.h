// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames on a plugin's socket (AF_UNIX, SOCK_SEQPACKET: one packet, one frame): a header, then the message's fields in
// lib/base/wire.h form. Both directions enforce the same limits and alphabets: encoding throws Error::limited or
// Error::invalid for a value that must not be sent, decoding throws Error::invalid for anything odd. Buffers are
// wiped. Any thread.
#pragma once

#include "lib/base/wire.h"
#include "lib/protocol/plugin_messages.h"

#include <cstdint>
#include <span>

namespace loquet::protocol {

enum class FrameKind : std::uint8_t {
    describe_request = 1,
    judge_request = 2,
    rules_request = 3,
    step_request = 4,
    deliver_request = 5,
    receipts_request = 6,
    describe_response = 0x81,
    judgement = 0x82,
    rules_response = 0x83,
    step_response = 0x84,
    deliver_response = 0x85,
    receipts_response = 0x86,
    error_response = 0xff,
};

struct FrameHeader {
    std::uint32_t serial = 0;       ///< a response carries its request's
    base::Milliseconds deadline{0}; ///< of a request: how long the plugin may take; of a response: 0
};

/// `body` views into the packet it was taken from.
struct Frame {
    FrameHeader header;
    FrameKind kind = FrameKind::error_response;
    std::span<const std::uint8_t> body;
};
[[nodiscard]] Frame decode_frame(std::span<const std::uint8_t> packet);

[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const DescribeRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const JudgeRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const RulesRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const StepRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const DeliverRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const ReceiptsRequest& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const DescribeResponse& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const Judgement& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const RulesResponse& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const StepResponse& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const DeliverResponse& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const ReceiptsResponse& message);
[[nodiscard]] base::SecureBytes encode(const FrameHeader& header, const ErrorResponse& message);

/// `frame` must be of the message's kind: auto request = decode<StepRequest>(frame).
template <class T>
[[nodiscard]] T decode(const Frame& frame);

template <>
DescribeRequest decode(const Frame& frame);
template <>
JudgeRequest decode(const Frame& frame);
template <>
RulesRequest decode(const Frame& frame);
template <>
StepRequest decode(const Frame& frame);
template <>
DeliverRequest decode(const Frame& frame);
template <>
ReceiptsRequest decode(const Frame& frame);
template <>
DescribeResponse decode(const Frame& frame);
template <>
Judgement decode(const Frame& frame);
template <>
RulesResponse decode(const Frame& frame);
template <>
StepResponse decode(const Frame& frame);
template <>
DeliverResponse decode(const Frame& frame);
template <>
ReceiptsResponse decode(const Frame& frame);
template <>
ErrorResponse decode(const Frame& frame);

} // namespace loquet::protocol
