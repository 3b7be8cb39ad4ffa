// SPDX-License-Identifier: LGPL-2.1-or-later
// Hands on whatever it is given, and never hears an answer.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("loses_answers");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::lost, {}, 0, "the connection broke"};
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
