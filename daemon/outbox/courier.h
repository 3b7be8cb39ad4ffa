// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes messages to their channels: writes `sending` down before it hands one on, and what became of it afterwards. A
// message is handed on at least once while its time lasts, never after it, and never again after a yes. What it has to
// do survives everything: it is in the store, and the list in memory is made anew at each start.
//
// A channel that does not do its work pauses, and another one of the same medium is asked meanwhile. Loop thread.
#pragma once

#include "daemon/outbox/channel.h"
#include "daemon/outbox/delivery_attempt.h"
#include "daemon/outbox/outbox.h"
#include "daemon/outbox/waiting_list.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/messages/catalogue.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::outbox {

/// Of a message. Both on the wall clock.
struct Term {
    base::Milliseconds now{0};
    base::Milliseconds expires{0};
};

/// The words of a message, put together when it is handed on and never kept. The text is that of the message's id; a
/// mail's subject is messages::mail_subject(). A variable "minutes" of a code is never more than the minutes that it
/// has left, and at least 1.
[[nodiscard]] protocol::DeliverRequest render_message(const model::OutboxEntry& message, model::MessageContent content,
                                                      const messages::Catalogue& texts, const Term& term);

class Courier {
public:
    /// All of them outlive the courier; `texts` is read anew for each message.
    struct Dependencies {
        bus::Loop& loop;
        const base::Clock& clock;
        store::Store& store;
        Outbox& outbox;
        const messages::Catalogue& texts;
        base::TaskGroup& tasks;
    };
    /// In order of preference. Throws Error (invalid) for more than limits::channels_per_medium of one medium.
    Courier(Dependencies deps, const std::vector<ChannelBinding>& bindings);
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;
    ~Courier(); ///< what is in hand is let go of: the next start finds it `sending`

    /// Other channels, for what is handed on from now on. One that stays keeps what is known of it; what another has in
    /// hand is brought to its end there.
    void use(const std::vector<ChannelBinding>& bindings);

    /// Reads what waits, counts what was in hand when the daemon died as "nobody knows", and begins. Waits for the
    /// disk.
    void start();
    /// Hands nothing on any more; what is in hand is brought to its end.
    void stop();

    /// Does what is due now. It does so by itself when something becomes due; for those who moved a clock.
    void look();

    /// `alarm` runs when the share of a medium's codes that are used falls below the rule, and when that is over.
    void on_alarm(base::Function<void(model::Medium medium, bool alarming)> alarm) { alarm_ = std::move(alarm); }
    [[nodiscard]] bool alarming(model::Medium medium) const;

    /// `told` runs when a channel begins to take no message, and when it delivers again.
    void on_health(base::Function<void(const std::string& channel, const ChannelHealth& health)> told) {
        health_ = std::move(told);
    }
    /// Names of channels that take no message, and what was said of the last one.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> failing_channels() const;
    /// `refused` runs for a code that was refused for good, and not again for its account until one went out.
    void on_code_refused(base::Function<void(const model::OutboxEntry& message)> refused) {
        refused_ = std::move(refused);
    }

    /// `sent` runs for each message that was sent, and at the start for those that are kept.
    void on_sent(base::Function<void(std::uint64_t number, const model::OutboxEntry& message)> sent) {
        sent_ = std::move(sent);
    }

    /// Messages without a final state.
    [[nodiscard]] std::size_t waiting() const noexcept { return list_.size(); }

private:
    void take_up(const std::vector<std::uint64_t>& numbers);
    void take_up_all();
    void hand_on(model::Medium medium, base::Milliseconds now);
    void drop_expired(base::Milliseconds now);
    void wait_for_next(base::Milliseconds now);
    [[nodiscard]] std::shared_ptr<Channel> channel_for(model::Medium medium, base::Milliseconds now,
                                                       std::uint8_t tried = 0) const;
    [[nodiscard]] std::optional<base::Milliseconds> next_event(model::Medium medium, base::Milliseconds now) const;
    [[nodiscard]] base::Milliseconds next_attempt(std::uint64_t number, const Channel& channel, const Answer& answer,
                                                  bool code);
    void judge_codes(model::Medium medium);
    void tell_if_sent(std::uint64_t number, const model::OutboxEntry& message) {
        if (sent_ && message.state == model::MessageState::sent) {
            sent_(number, message);
        }
    }

    void tell_if_refused(const model::OutboxEntry& message);

    base::Task<void> carry(std::uint64_t number, std::shared_ptr<Channel> channel);
    base::Task<void> settle(std::uint64_t number, Channel& channel, Answer answer, model::OutboxEntry message);
    base::Task<void> expire(std::vector<std::uint64_t> numbers);
    base::Task<void> recover(std::vector<std::uint64_t> numbers);
    base::Task<void> tidy_up();
    base::Task<void> write_in_the_end(std::function<void(store::WriteTxn&)> work);

    Dependencies deps_;
    std::vector<std::shared_ptr<Channel>> channels_; ///< also held by the tasks of what each has in hand
    WaitingList list_;
    bus::Source timer_;
    bus::Source tidying_;
    bool running_ = false;
    std::vector<model::Medium> alarming_;
    base::Function<void(model::Medium, bool)> alarm_;
    base::Function<void(std::uint64_t, const model::OutboxEntry&)> sent_;
    base::Function<void(const std::string&, const ChannelHealth&)> health_;
    RefusedCodes refused_codes_;
    base::Function<void(const model::OutboxEntry&)> refused_;
    store::Subscription added_;
    base::TaskScope tasks_; ///< last: dies before what its tasks use
};

} // namespace loquet::outbox
