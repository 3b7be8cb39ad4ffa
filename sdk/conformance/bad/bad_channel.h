// SPDX-License-Identifier: LGPL-2.1-or-later
// A channel that does nothing wrong: refuses each message. The bad ones differ from it in one thing.
#pragma once

#include <loquet/channel.hpp>

namespace loquet::sdk_conformance {

constexpr loquet_manifest bad_channel_manifest(const char* name) {
    return {sizeof(loquet_manifest), name, "1", "Does one thing wrong.", nullptr, nullptr, 0};
}

class HarmlessChannel : public sdk::ImmediateChannel {
public:
    HarmlessChannel(sdk::Host /*host*/, const sdk::Options& /*options*/) {}

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::refused, {}, 0, "550 nobody"};
    }
};

} // namespace loquet::sdk_conformance
