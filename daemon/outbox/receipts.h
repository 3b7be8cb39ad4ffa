// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks channels now and then what became of the messages that they sent, and writes it down. A channel hears with its
// next question that what it told is durable: killed at any moment in between, it tells it again, and that changes
// nothing. Nobody is asked while no message is awaited. Loop thread.
#pragma once

#include "daemon/outbox/channel.h"
#include "daemon/outbox/outbox.h"
#include "daemon/outbox/pending_receipts.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/plugin_messages.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace loquet::outbox {

class Receipts {
public:
    /// Questions to one channel in a row while it says that it has more to tell.
    static constexpr std::size_t questions_in_a_row = 32;

    /// All of them outlive this object.
    struct Dependencies {
        bus::Loop& loop;
        store::Store& store;
        Outbox& outbox;
        base::TaskGroup& tasks;
    };
    Receipts(Dependencies deps, const std::vector<ChannelBinding>& bindings);
    Receipts(const Receipts&) = delete;
    Receipts& operator=(const Receipts&) = delete;
    ~Receipts(); ///< what is asked at that moment is not heard

    /// Other channels, from now on. One that stays goes on; one that comes back is asked about what is still awaited.
    void use(const std::vector<ChannelBinding>& bindings);

    void start();
    /// Asks nobody any more; what is being asked is brought to its end.
    void stop();

    /// A message that was sent, just now or before the start (Courier::on_sent).
    void sent(std::uint64_t number, const model::OutboxEntry& message);

    /// Asks whom it is time to ask. It does so by itself when it is; for whoever has moved a clock.
    void look();

    /// Sent messages of which it is not known how they ended.
    [[nodiscard]] std::size_t awaited() const;

private:
    struct ReportingChannel {
        ReportingChannel(std::string of, std::shared_ptr<plugins::ChannelClient> asked)
            : name(std::move(of)), client(std::move(asked)) {}

        std::string name;
        std::shared_ptr<plugins::ChannelClient> client;
        PendingReceipts awaited;
        std::uint64_t kept = 0; ///< of its last answer that is durable
        bool asking = false;
        base::Milliseconds next{0};
    };

    void wait_for_next(base::Milliseconds now);
    [[nodiscard]] protocol::ReceiptsRequest question(ReportingChannel& channel);

    using Channels = std::vector<std::shared_ptr<ReportingChannel>>;
    [[nodiscard]] Channels::iterator find(const std::string& name);

    base::Task<void> ask(std::shared_ptr<ReportingChannel> channel);
    /// False where there is nothing more to ask now.
    base::Task<bool> ask_once(ReportingChannel& channel);
    /// True where all of it is durable.
    base::Task<bool> keep(ReportingChannel& channel, std::vector<protocol::Receipt> receipts);

    Dependencies deps_;
    Channels channels_; ///< each instance once; also held by the task that asks it
    bus::Source timer_;
    bool running_ = false;
    base::TaskScope tasks_; ///< last: dies before what its tasks use
};

} // namespace loquet::outbox
