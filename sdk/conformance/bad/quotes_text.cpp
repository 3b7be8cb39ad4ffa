// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows the helpdesk what it was to keep: the text.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("quotes_text");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& delivery) override {
        return {sdk::DeliveryOutcome::Kind::refused, {}, 0, "500 unknown command: " + std::string(delivery.text())};
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
