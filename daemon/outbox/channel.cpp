// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/channel.h"

#include "lib/base/random.h"

#include <algorithm>
#include <array>
#include <bit>

namespace loquet::outbox {

base::Milliseconds delay_after(const BackOff& rule, std::uint32_t failures, std::uint32_t random) {
    base::Milliseconds delay = rule.first;
    for (std::uint32_t i = 1; i < failures && delay < rule.longest; ++i) {
        delay *= 2;
    }
    delay = std::min(delay, rule.longest);
    const std::int64_t spread = delay.count() / 2 + 1;
    return delay - delay / 4 + base::Milliseconds(random % spread);
}

std::uint32_t random_number() {
    std::array<std::uint8_t, sizeof(std::uint32_t)> bytes{};
    base::fill_random(bytes);
    return std::bit_cast<std::uint32_t>(bytes);
}

bool ChannelHealth::delivered() {
    const bool failed = fails();
    *this = ChannelHealth();
    return failed;
}

bool ChannelHealth::put_off(std::string_view said) {
    return failed(said);
}

bool ChannelHealth::refused(model::Uid account, std::string_view said) {
    if (refused_last_ == account) {
        return false;
    }
    refused_last_ = account;
    return failed(said);
}

bool ChannelHealth::failed(std::string_view said) {
    said_ = said;
    if (fails()) {
        return false;
    }
    ++failures_;
    return fails();
}

bool Channel::may_take(base::Milliseconds now) const {
    return !pauses(now) && in_hand_ < (failures_ > 0 ? 1 : limits::deliveries_in_flight);
}

void Channel::did_its_work() {
    --in_hand_;
    put_off_.clear();
    failures_ = 0;
}

void Channel::said_not_now(model::Uid account, base::Milliseconds now, std::uint32_t random) {
    --in_hand_;
    if (put_off_.size() < accounts_for_a_pause && std::ranges::find(put_off_, account) == put_off_.end()) {
        put_off_.push_back(account);
    }
    if (failures_ > 0 || put_off_.size() == accounts_for_a_pause) {
        pause(now, random);
    }
}

void Channel::did_not_answer(base::Milliseconds now, std::uint32_t random) {
    --in_hand_;
    pause(now, random);
}

/// What was in hand together fails together, and is one failure.
void Channel::pause(base::Milliseconds now, std::uint32_t random) {
    if (!pauses(now)) {
        ++failures_;
        pause_until_ = now + delay_after(channel_back_off, failures_, random);
    }
}

} // namespace loquet::outbox
