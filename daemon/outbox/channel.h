// SPDX-License-Identifier: LGPL-2.1-or-later
// One channel as the courier sees it: how many messages it has in hand, whether it does its work, and how long it
// pauses otherwise. Loop thread; the caller says what time it is (steady clock).
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "daemon/plugins/plugin_clients.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::outbox {

/// How long to wait before the next attempt.
struct BackOff {
    base::Milliseconds first;
    base::Milliseconds longest;
};
/// Of one message; of one with a code, for which somebody waits at a prompt; and of a channel that does its work for
/// none. The last two are at most a minute with the quarter more that delay_after() may add.
inline constexpr BackOff message_back_off{base::Milliseconds(2'000), base::Milliseconds(600'000)};
inline constexpr BackOff code_back_off{base::Milliseconds(2'000), base::Milliseconds(48'000)};
inline constexpr BackOff channel_back_off{base::Milliseconds(1'000), base::Milliseconds(48'000)};

/// Doubles with each failure (1: the first), up to the longest; then a quarter more or less by `random`, which is any
/// number, so that what failed together is not tried again together.
[[nodiscard]] base::Milliseconds delay_after(const BackOff& rule, std::uint32_t failures, std::uint32_t random);

/// From the kernel.
[[nodiscard]] std::uint32_t random_number();

/// Whether a channel delivers, for the operator: it does not once so many messages in a row were not taken. Pure.
class ChannelHealth {
public:
    static constexpr std::uint32_t failures_to_tell = 3;

    // What became of a message; true where fails() is another now.
    bool delivered();
    /// It waits for another attempt, or nobody knows.
    bool put_off(std::string_view said);
    /// For good. Those of one account in a row are one: its address is wrong, and the channel is well.
    bool refused(model::Uid account, std::string_view said);

    [[nodiscard]] bool fails() const noexcept { return failures_ >= failures_to_tell; }
    /// What was said last of a message that was not taken.
    [[nodiscard]] const std::string& said() const noexcept { return said_; }

private:
    bool failed(std::string_view said);

    std::uint32_t failures_ = 0; ///< in a row
    std::optional<model::Uid> refused_last_;
    std::string said_;
};

/// The accounts whose last code was refused for good, so that the operator is told once and not of each attempt. In
/// memory and bounded: what is forgotten is told again. Loop thread.
class RefusedCodes {
public:
    static constexpr std::size_t kept = 4096; ///< accounts; beyond that all are forgotten

    /// True where the one before was not.
    bool refused(model::Uid account) {
        if (accounts_.size() >= kept && !accounts_.contains(account.value)) {
            accounts_.clear();
        }
        return accounts_.insert(account.value).second;
    }
    void sent(model::Uid account) { accounts_.erase(account.value); }
    [[nodiscard]] std::size_t size() const noexcept { return accounts_.size(); }

private:
    std::set<std::uint32_t> accounts_;
};

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
