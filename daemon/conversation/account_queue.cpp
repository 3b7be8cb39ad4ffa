// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/account_queue.h"

#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::conversation {

namespace {

[[noreturn]] void refuse() {
    throw base::Error(base::Error::Kind::busy, "too many attempts are waiting for this account; try again in a moment");
}

} // namespace

base::Task<AccountQueue::Turn> AccountQueue::enter(model::Digest identity, model::Digest seat) {
    const auto [place, first] = lines_.try_emplace(identity);
    if (!first) {
        auto turn = line_up(place->second, seat);
        co_await turn;
    }
    co_return Turn(this, identity);
}

base::Task<AccountQueue::Turn> AccountQueue::enter_for_maintenance(model::Digest identity) {
    const auto [place, first] = lines_.try_emplace(identity);
    if (!first) {
        auto& line = place->second.maintenance;
        if (line.size() >= limits::waiting_maintenance) {
            refuse();
        }
        auto turn = line.emplace_back().future();
        co_await turn;
    }
    co_return Turn(this, identity);
}

base::Future<void> AccountQueue::line_up(Line& line, const model::Digest& seat) {
    auto mine = std::find_if(line.seats.begin(), line.seats.end(), [&](const SeatLine& s) { return s.seat == seat; });
    const std::size_t of_this_seat = mine == line.seats.end() ? 0 : mine->waiting.size();
    if (line.waiting >= limits::waiting_per_account || of_this_seat >= limits::waiting_per_account / 2) {
        refuse();
    }
    if (mine == line.seats.end()) {
        mine = line.seats.insert(line.seats.end(), SeatLine{seat, {}});
    }
    ++line.waiting;
    return mine->waiting.emplace_back().future();
}

base::Promise<void> AccountQueue::take_next(Line& line) {
    if (!line.maintenance.empty()) {
        base::Promise<void> chosen = std::move(line.maintenance.front());
        line.maintenance.pop_front();
        return chosen;
    }
    SeatLine seat = std::move(line.seats.front());
    line.seats.pop_front();
    base::Promise<void> chosen = std::move(seat.waiting.front());
    seat.waiting.pop_front();
    --line.waiting;
    if (!seat.waiting.empty()) {
        line.seats.push_back(std::move(seat));
    }
    return chosen;
}

void AccountQueue::next(const model::Digest& identity) {
    const auto place = lines_.find(identity);
    if (place->second.maintenance.empty() && place->second.seats.empty()) {
        lines_.erase(place);
        return;
    }
    base::Promise<void> chosen = take_next(place->second);
    chosen.set();
}

std::size_t AccountQueue::waiting(const model::Digest& identity) const {
    const auto place = lines_.find(identity);
    return place == lines_.end() ? 0 : place->second.waiting;
}

} // namespace loquet::conversation
