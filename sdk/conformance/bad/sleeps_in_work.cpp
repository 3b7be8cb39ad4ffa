// SPDX-License-Identifier: LGPL-2.1-or-later
// Waits as long as it may, whatever is new.
#include "sdk/conformance/bad/bad_channel.h"

#include <poll.h>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_channel_manifest("sleeps_in_work");

class Bad : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    static const loquet_manifest& manifest() { return the_manifest; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        ::poll(nullptr, 0, static_cast<int>(timeout_ms));
        HarmlessChannel::work(wake, timeout_ms, output);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::Bad)
