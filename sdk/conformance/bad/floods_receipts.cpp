// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells of one message again and again.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("floods_receipts");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }
    void submit(std::uint64_t id, const sdk::Delivery& delivery) {
        reference_ = delivery.reference();
        HarmlessChannel::submit(id, delivery);
    }
    void receipts(const sdk::ReceiptsRequest& /*request*/) { asked_ = true; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        if (asked_) {
            asked_ = false;
            for (std::size_t n = 0; n <= sdk::most_receipts; ++n) {
                output.receipt({reference_, sdk::Receipt::Outcome::failed, "550 nobody"});
            }
            output.receipts_end(false);
        }
    }

private:
    bool asked_ = false;
    std::string reference_;
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
