// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/delivery_server.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "plugin_host/request_timer.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace loquet::plugin_host {

using base::Error;
using base::Milliseconds;

namespace {

constexpr Milliseconds longest_wait{10'000};

Milliseconds now() {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

protocol::FrameHeader header_for(std::uint32_t serial) {
    protocol::FrameHeader header;
    header.serial = serial;
    return header;
}

base::SecureBytes error_for(std::uint32_t serial, std::string_view why) {
    return protocol::encode(header_for(serial),
                            protocol::ErrorResponse{base::printable(why, limits::plugin_error_bytes)});
}

} // namespace

bool DeliveryServer::serves(protocol::FrameKind kind) noexcept {
    return kind == protocol::FrameKind::deliver_request || kind == protocol::FrameKind::receipts_request;
}

std::optional<base::SecureBytes> DeliveryServer::take(std::uint64_t connection, const protocol::Frame& request) {
    const Requester requester{connection, request.header.serial};
    return request.kind == protocol::FrameKind::deliver_request ? take_delivery(requester, request)
                                                                : take_question(requester, request);
}

std::optional<base::SecureBytes> DeliveryServer::take_delivery(const Requester& requester,
                                                               const protocol::Frame& request) {
    const auto delivery = protocol::decode<protocol::DeliverRequest>(request);
    if (deliveries_.full()) {
        return error_for(requester.serial, "the channel has as many deliveries in flight as it may have");
    }
    const std::uint64_t number = deliveries_.add(requester, now(), request.header.deadline);
    try {
        const RequestTimer timer(call_deadline);
        plugin_.submit(number, delivery);
    } catch (const Error& error) {
        deliveries_.remove(number);
        return error_for(requester.serial, error.what());
    }
    return std::nullopt;
}

std::optional<base::SecureBytes> DeliveryServer::take_question(const Requester& requester,
                                                               const protocol::Frame& request) {
    const auto question = protocol::decode<protocol::ReceiptsRequest>(request);
    try {
        const RequestTimer timer(call_deadline);
        const auto answer = receipts_.take(requester, question, now(), request.header.deadline);
        return answer ? std::optional(protocol::encode(header_for(requester.serial), *answer)) : std::nullopt;
    } catch (const Error& error) {
        return error_for(requester.serial, error.what());
    }
}

ChannelPlugin::OutcomeSink DeliveryServer::outcome_sink() {
    ChannelPlugin::OutcomeSink outcome_sink;
    outcome_sink.outcome = [this](std::uint64_t number, const protocol::DeliverResponse& outcome) {
        if (const auto requester = deliveries_.finish(number)) {
            reply_(requester->connection, protocol::encode(header_for(requester->serial), outcome));
        }
    };
    outcome_sink.receipt = [this](protocol::Receipt receipt) { receipts_.add(std::move(receipt)); };
    outcome_sink.receipts_end = [this](bool more) {
        const auto [requester, response] = receipts_.end(more);
        if (requester) {
            reply_(requester->connection, protocol::encode(header_for(requester->serial), response));
        }
    };
    return outcome_sink;
}

void DeliveryServer::work(int wake) {
    const Milliseconds timeout = receipts_.questions().quiet_for(now(), deliveries_.quiet_for(now(), longest_wait));
    {
        const RequestTimer timer(timeout + call_deadline);
        plugin_.work(wake, timeout, outcome_sink());
    }
    for (Deliveries* taken_up : {&deliveries_, &receipts_.questions()}) {
        for (const Requester& requester : taken_up->take_overdue(now())) {
            reply_(requester.connection, error_for(requester.serial, "the channel told nothing of it in time"));
        }
        if (taken_up->is_stuck(now())) {
            throw Error(Error::Kind::unavailable,
                        "the plugin keeps a delivery or a question of which it tells nothing");
        }
    }
}

} // namespace loquet::plugin_host
