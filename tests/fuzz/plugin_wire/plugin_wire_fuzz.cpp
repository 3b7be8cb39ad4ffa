// SPDX-License-Identifier: LGPL-2.1-or-later
// Any packet on a plugin's socket is either refused as invalid, or is exactly what encoding it again gives: no two
// packets mean the same, and nothing that is read could not have been sent.
#include "lib/base/error.h"
#include "lib/protocol/plugin_wire.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace loquet;
using protocol::Frame;
using protocol::FrameKind;

namespace {

template <class T>
base::SecureBytes copy_as(const Frame& frame) {
    return protocol::encode(frame.header, protocol::decode<T>(frame));
}

base::SecureBytes copy_of(const Frame& frame) {
    switch (frame.kind) {
    case FrameKind::describe_request:
        return copy_as<protocol::DescribeRequest>(frame);
    case FrameKind::judge_request:
        return copy_as<protocol::JudgeRequest>(frame);
    case FrameKind::rules_request:
        return copy_as<protocol::RulesRequest>(frame);
    case FrameKind::step_request:
        return copy_as<protocol::StepRequest>(frame);
    case FrameKind::deliver_request:
        return copy_as<protocol::DeliverRequest>(frame);
    case FrameKind::receipts_request:
        return copy_as<protocol::ReceiptsRequest>(frame);
    case FrameKind::describe_response:
        return copy_as<protocol::DescribeResponse>(frame);
    case FrameKind::judgement:
        return copy_as<protocol::Judgement>(frame);
    case FrameKind::rules_response:
        return copy_as<protocol::RulesResponse>(frame);
    case FrameKind::step_response:
        return copy_as<protocol::StepResponse>(frame);
    case FrameKind::deliver_response:
        return copy_as<protocol::DeliverResponse>(frame);
    case FrameKind::receipts_response:
        return copy_as<protocol::ReceiptsResponse>(frame);
    case FrameKind::error_response:
        return copy_as<protocol::ErrorResponse>(frame);
    }
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span packet(data, size);
    try {
        const base::SecureBytes copy = copy_of(protocol::decode_frame(packet));
        if (!std::equal(copy.begin(), copy.end(), packet.begin(), packet.end())) {
            std::abort();
        }
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::invalid) {
            std::abort();
        }
    }
    return 0;
}
