// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells of a message that nobody has sent.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("invents_receipts");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }
    void receipts(const sdk::ReceiptsRequest& /*request*/) { asked_ = true; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        if (asked_) {
            asked_ = false;
            output.receipt({std::string(32, '0'), sdk::Receipt::Outcome::failed, "550 nobody"});
            output.receipts_end(false);
        }
    }

private:
    bool asked_ = false;
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
