// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/channel.h"

#include "daemon/outbox/back_off.h"

#include <algorithm>

namespace loquet::outbox {

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
