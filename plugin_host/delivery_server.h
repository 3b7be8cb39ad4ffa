// SPDX-License-Identifier: LGPL-2.1-or-later
// The requests that a channel answers later: deliveries, and the question for receipts. One thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/secret.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/plugin_wire.h"
#include "plugin_host/channel_plugin.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace loquet::plugin_host {

/// Who asked for a delivery: a connection, and the request on it.
struct Requester {
    std::uint64_t connection = 0;
    std::uint32_t serial = 0;
    friend bool operator==(const Requester&, const Requester&) = default;
};

/// Which deliveries a channel has taken up, and who waits for each. A pure value: the caller says what time it is, on
/// any clock that does not go back.
class Deliveries {
public:
    /// A requester is answered that much before its deadline, or a quarter of its time where that is less.
    static constexpr base::Milliseconds headway{250};
    /// How long a channel may keep a delivery after its requester was told that the time is over.
    static constexpr base::Milliseconds stuck_after{60'000};

    [[nodiscard]] bool empty() const noexcept { return in_flight_.empty(); }
    [[nodiscard]] bool full() const noexcept;

    /// The new delivery's number; no other has had it.
    [[nodiscard]] std::uint64_t add(const Requester& requester, base::Milliseconds now, base::Milliseconds deadline);
    /// It was not taken up after all.
    void remove(std::uint64_t number) { in_flight_.erase(number); }
    /// The channel is done with it: who is to be answered, or nobody where its time was over before. Throws
    /// Error::invalid for a number that is not in flight.
    [[nodiscard]] std::optional<Requester> finish(std::uint64_t number);
    /// The requesters whose time is over by `now`; each is named once.
    [[nodiscard]] std::vector<Requester> take_overdue(base::Milliseconds now);
    /// True where the channel keeps a delivery that it will not finish any more.
    [[nodiscard]] bool is_stuck(base::Milliseconds now) const noexcept;
    /// How long neither of these two will have anything new to say, at most `most`.
    [[nodiscard]] base::Milliseconds quiet_for(base::Milliseconds now, base::Milliseconds most) const noexcept;

private:
    struct Delivery {
        std::optional<Requester> requester; ///< nobody: it was told that the time is over
        base::Milliseconds due{0};
    };
    std::map<std::uint64_t, Delivery> in_flight_;
    std::uint64_t last_number_ = 0;
};

/// Where a channel is asked what became of messages that it sent before, one question at a time, and its answer is put
/// together. Each answer has a number, by which the daemon says with its next question that it is stored: only then
/// does the channel hear that it may forget. The number is of this process; a later one has others.
class ReceiptServer {
public:
    explicit ReceiptServer(ChannelPlugin plugin);

    /// What is to be answered at once; nothing where the plugin has taken the question up. Throws Error where it could
    /// not, or has one already.
    [[nodiscard]] std::optional<protocol::ReceiptsResponse> take(const Requester& requester,
                                                                 const protocol::ReceiptsRequest& question,
                                                                 base::Milliseconds now, base::Milliseconds deadline);

    /// Which questions are open: at most one.
    [[nodiscard]] Deliveries& questions() noexcept { return questions_; }
    [[nodiscard]] const Deliveries& questions() const noexcept { return questions_; }

    // What the plugin tells; throws Error::invalid where nobody asked, or where it is too much.
    void add(protocol::Receipt receipt);
    struct Answer {
        std::optional<Requester> requester; ///< nobody: its time was over before
        protocol::ReceiptsResponse response;
    };
    [[nodiscard]] Answer end(bool more);

private:
    ChannelPlugin plugin_;
    Deliveries questions_;
    std::uint64_t open_ = 0;  ///< the number of the question
    std::uint64_t batch_ = 0; ///< of the last answer
    std::vector<protocol::Receipt> gathered_;
};

/// Takes requests in and gives their answers out later: several deliveries are in flight in one thread. Each requester
/// gets one answer before its deadline, and while the plugin still works: nothing that the plugin does next
/// can take a gateway's yes back. A plugin that does not return, breaks its contract or keeps a delivery for ever ends
/// the process: its state is not to be relied on, and the daemon tries again.
class DeliveryServer {
public:
    /// How long submit() may take, and work() longer than it was allowed to wait.
    static constexpr base::Milliseconds call_deadline{2000};

    /// Sends an answer to who asked on that connection, if that is still there; it must not throw.
    using Reply = base::Function<void(std::uint64_t connection, const base::SecureBytes& packet)>;

    DeliveryServer(ChannelPlugin plugin, Reply reply) : plugin_(plugin), reply_(std::move(reply)), receipts_(plugin) {}

    /// What is answered here: a delivery, and the question for receipts.
    [[nodiscard]] static bool serves(protocol::FrameKind kind) noexcept;
    /// Has such a request taken up. An answer at once where that is not possible. Throws Error::invalid for a frame
    /// that cannot be read.
    [[nodiscard]] std::optional<base::SecureBytes> take(std::uint64_t connection, const protocol::Frame& request);

    /// Something is in flight: work() has to be called.
    [[nodiscard]] bool busy() const noexcept { return !deliveries_.empty() || !receipts_.questions().empty(); }
    /// Lets the plugin go on until it has told something or `wake` is readable. Throws Error where it cannot go on.
    void work(int wake);

private:
    [[nodiscard]] std::optional<base::SecureBytes> take_delivery(const Requester& requester,
                                                                 const protocol::Frame& request);
    [[nodiscard]] std::optional<base::SecureBytes> take_question(const Requester& requester,
                                                                 const protocol::Frame& request);
    [[nodiscard]] ChannelPlugin::OutcomeSink outcome_sink();

    ChannelPlugin plugin_;
    Reply reply_;
    Deliveries deliveries_;
    ReceiptServer receipts_;
};

} // namespace loquet::plugin_host
