// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/delivery_server.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"
#include "plugin_host/request_timer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

namespace loquet::plugin_host {

using base::Error;
using base::Milliseconds;

bool Deliveries::full() const noexcept {
    return in_flight_.size() >= limits::deliveries_in_flight;
}

std::uint64_t Deliveries::add(const Requester& requester, Milliseconds now, Milliseconds deadline) {
    const Milliseconds due = now + deadline - std::min(headway, deadline / 4);
    in_flight_.emplace(++last_number_, Delivery{requester, due});
    return last_number_;
}

std::optional<Requester> Deliveries::finish(std::uint64_t number) {
    const auto found = in_flight_.find(number);
    if (found == in_flight_.end()) {
        throw base::Error(base::Error::Kind::invalid, "it told of a delivery that is not in flight");
    }
    const auto requester = found->second.requester;
    in_flight_.erase(found);
    return requester;
}

std::vector<Requester> Deliveries::take_overdue(Milliseconds now) {
    std::vector<Requester> overdue;
    for (auto& [number, delivery] : in_flight_) {
        if (delivery.requester && now >= delivery.due) {
            overdue.push_back(*std::exchange(delivery.requester, std::nullopt));
        }
    }
    return overdue;
}

bool Deliveries::is_stuck(Milliseconds now) const noexcept {
    return std::ranges::any_of(in_flight_, [now](const auto& entry) { return now >= entry.second.due + stuck_after; });
}

Milliseconds Deliveries::quiet_for(Milliseconds now, Milliseconds most) const noexcept {
    Milliseconds quiet = most;
    for (const auto& [number, delivery] : in_flight_) {
        const Milliseconds next = delivery.requester ? delivery.due : delivery.due + stuck_after;
        quiet = std::min(quiet, std::max(next - now, Milliseconds(0)));
    }
    return quiet;
}

ReceiptServer::ReceiptServer(ChannelPlugin plugin) : plugin_(plugin) {
    std::array<std::uint8_t, sizeof batch_> random{};
    base::fill_random(random);
    std::memcpy(&batch_, random.data(), random.size());
    batch_ >>= 1U; // counting on from here comes to no 0
}

std::optional<protocol::ReceiptsResponse> ReceiptServer::take(const Requester& requester,
                                                              const protocol::ReceiptsRequest& question,
                                                              base::Milliseconds now, base::Milliseconds deadline) {
    if (!plugin_.has_receipts()) {
        return protocol::ReceiptsResponse{};
    }
    if (!questions_.empty()) {
        throw Error(Error::Kind::busy, "the channel has not answered the last question for receipts yet");
    }
    plugin_.ask_receipts(question.sent, question.kept != 0 && question.kept == batch_);
    open_ = questions_.add(requester, now, deadline);
    gathered_.clear();
    return std::nullopt;
}

void ReceiptServer::add(protocol::Receipt receipt) {
    if (questions_.empty()) {
        throw Error(Error::Kind::invalid, "it told a receipt, and nobody had asked");
    }
    if (gathered_.size() >= limits::receipts_at_once) {
        throw Error(Error::Kind::invalid, "it told more receipts than it may for one question");
    }
    gathered_.push_back(std::move(receipt));
}

ReceiptServer::Answer ReceiptServer::end(bool more) {
    Answer answer;
    answer.requester = questions_.finish(open_);
    answer.response = {++batch_, more, std::exchange(gathered_, {})};
    return answer;
}

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
