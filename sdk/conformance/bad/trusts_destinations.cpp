// SPDX-License-Identifier: LGPL-2.1-or-later
// Hands on whatever it is given, as if nobody could have planted a line in it.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("trusts_destinations");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::sent, {}, 0, "250 Ok"};
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
