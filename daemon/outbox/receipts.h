// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks channels now and then what became of the messages that they sent, and writes it down. A channel hears with its
// next question that what it told is durable: killed at any moment in between, it tells it again, and that changes
// nothing. Nobody is asked while no message is awaited. Loop thread.
#pragma once

#include "daemon/outbox/channel.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/plugin_messages.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace loquet::outbox {

/// Messages of one channel that were sent and of which it is not known how they ended, kept in memory and made anew at
/// each start. It says which of them the channel is asked of now: each at once, and then whenever it is twice as old as
/// the last time. No clock in here: the caller says what time it is.
class PendingReceipts {
public:
    /// One that is there already stays as it is. Beyond limits::awaited_receipts the oldest gives way.
    void add(std::uint64_t number, base::Milliseconds sent);
    /// It is known how it ended, or nobody wants to know any more.
    void remove(std::uint64_t number);
    void clear();
    /// Those that were sent before `time` are not awaited any more.
    void drop_older(base::Milliseconds time);

    /// At most `most` to be asked of, the longest due first; they are due again when they are twice as old, and not
    /// before `gap` has passed.
    [[nodiscard]] std::vector<std::uint64_t> take_due(base::Milliseconds now, base::Milliseconds gap, std::size_t most);

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        base::Milliseconds sent{0};
        base::Milliseconds due{0};
    };
    using Time = std::pair<base::Milliseconds, std::uint64_t>;
    using Entries = std::map<std::uint64_t, Entry>;

    void erase(Entries::iterator entry);

    Entries entries_; ///< by number: the oldest first, or almost
    std::set<Time> due_;
};

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

    /// Asks the channels that are due. It does so by itself in time; call it after a clock was moved.
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
