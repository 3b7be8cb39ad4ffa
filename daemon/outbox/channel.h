// SPDX-License-Identifier: LGPL-2.1-or-later
// One channel as the courier sees it: how many messages it has in hand, and whether it does its work. Loop thread; the
// caller says what time it is (steady clock).
#pragma once

#include "daemon/model/outbox_entry.h"
#include "daemon/outbox/channel_health.h"
#include "daemon/plugins/plugin_clients.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace loquet::outbox {

/// An instance of a channel plugin, for one medium.
struct ChannelBinding {
    model::Medium medium = model::Medium::mail;
    std::string name;
    std::shared_ptr<plugins::ChannelClient> client;
    friend bool operator==(const ChannelBinding&, const ChannelBinding&) = default;
};

class Channel {
public:
    /// "Not now" for the messages of so many accounts, and a yes for none, is no longer about one destination.
    static constexpr std::size_t accounts_for_a_pause = 3;

    explicit Channel(ChannelBinding binding) : binding_(std::move(binding)) {}

    [[nodiscard]] const ChannelBinding& binding() const noexcept { return binding_; }
    [[nodiscard]] const std::string& name() const noexcept { return binding_.name; }
    [[nodiscard]] model::Medium medium() const noexcept { return binding_.medium; }
    [[nodiscard]] plugins::ChannelClient& client() const noexcept { return *binding_.client; }

    /// False while it pauses, and where it has enough in hand: after a failure that is one message, a probe.
    [[nodiscard]] bool may_take(base::Milliseconds now) const;
    [[nodiscard]] bool pauses(base::Milliseconds now) const { return now < pause_until_; }
    [[nodiscard]] base::Milliseconds pause_until() const noexcept { return pause_until_; }

    void took() { ++in_hand_; }
    // One message less in hand:
    void did_its_work(); ///< it said yes, or no for good
    void said_not_now(model::Uid account, base::Milliseconds now, std::uint32_t random); ///< of its message
    void did_not_answer(base::Milliseconds now, std::uint32_t random); ///< dead, late, lying, or an answer lost
    void gave_back() { --in_hand_; }                                   ///< it was never asked

    [[nodiscard]] ChannelHealth& health() noexcept { return health_; }
    [[nodiscard]] const ChannelHealth& health() const noexcept { return health_; }

private:
    void pause(base::Milliseconds now, std::uint32_t random);

    ChannelBinding binding_;
    std::size_t in_hand_ = 0;
    std::vector<model::Uid> put_off_; ///< accounts, each once, since it did its work
    std::uint32_t failures_ = 0;      ///< pauses in a row
    base::Milliseconds pause_until_{0};
    ChannelHealth health_;
};

} // namespace loquet::outbox
