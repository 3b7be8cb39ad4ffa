// SPDX-License-Identifier: LGPL-2.1-or-later
// The functions of a channel in values: what is lent to it goes in, what it tells comes back. One thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/protocol/plugin_messages.h"
#include "loquet/channel.h"

#include <cstdint>
#include <vector>

namespace loquet::plugin_host {

class ChannelPlugin {
public:
    /// Gets what became of a delivery, while the plugin still works. It may throw Error for a number that it does not
    /// know: that is the plugin's fault, and work() throws it.
    using Tell = base::Function<void(std::uint64_t number, protocol::DeliverResponse outcome)>;
    /// Gets one receipt, and the end of them; the same holds for what it throws.
    using TellReceipt = base::Function<void(protocol::Receipt receipt)>;
    using TellEnd = base::Function<void(bool more)>;
    struct OutcomeSink {
        Tell outcome;
        TellReceipt receipt;
        TellEnd receipts_end;
    };

    /// Both outlive this object.
    ChannelPlugin(const loquet_channel& contract, void* self) noexcept : contract_(&contract), self_(self) {}

    /// Throws Error where the plugin threw or could not: then nothing is in flight under that number.
    void submit(std::uint64_t number, const protocol::DeliverRequest& request) const;
    /// Throws Error where the plugin threw, could not or broke its contract: then nothing it has taken up is to be
    /// relied on any more.
    void work(int wake, base::Milliseconds timeout, OutcomeSink outcome_sink) const;

    /// False: it learns nothing of what it has sent.
    [[nodiscard]] bool has_receipts() const noexcept;
    /// Asks for them; work() tells the answer. Throws Error where the plugin threw or could not.
    void ask_receipts(const std::vector<protocol::SentMessage>& sent, bool kept) const;

private:
    const loquet_channel* contract_;
    void* self_;
};

} // namespace loquet::plugin_host
