// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/delivery_desk.h"

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

std::optional<base::SecureBytes> DeliveryDesk::take(std::uint64_t connection, const protocol::Frame& request) {
    const std::uint32_t serial = request.header.serial;
    const auto delivery = protocol::decode<protocol::DeliverRequest>(request);
    if (deliveries_.full()) {
        return error_for(serial, "the channel has as many deliveries in flight as it may have");
    }
    const std::uint64_t number = deliveries_.add({connection, serial}, now(), request.header.deadline);
    try {
        const RequestTimer timer(call_deadline);
        plugin_.submit(number, delivery);
    } catch (const Error& error) {
        deliveries_.remove(number);
        return error_for(serial, error.what());
    }
    return std::nullopt;
}

void DeliveryDesk::work(int wake) {
    const Milliseconds timeout = deliveries_.quiet_for(now(), longest_wait);
    {
        const RequestTimer timer(timeout + call_deadline);
        plugin_.work(wake, timeout, [this](std::uint64_t number, const protocol::DeliverResponse& outcome) {
            if (const auto asker = deliveries_.finish(number)) {
                give_(asker->connection, protocol::encode(header_for(asker->serial), outcome));
            }
        });
    }
    for (const Asker& asker : deliveries_.take_overdue(now())) {
        give_(asker.connection, error_for(asker.serial, "the channel told nothing of it in time"));
    }
    if (deliveries_.is_stuck(now())) {
        throw Error(Error::Kind::unavailable, "the plugin keeps a delivery of which it tells nothing");
    }
}

} // namespace loquet::plugin_host
