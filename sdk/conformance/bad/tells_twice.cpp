// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells of its first delivery again with each other.
#include "sdk/conformance/bad/bad_channel.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("tells_twice");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        output.refused(1, "550 nobody");
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
