// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/counters.h"

#include "lib/base/limits.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

namespace loquet::model {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::int64_t day_of(std::int64_t time) noexcept {
    return time / day_ms;
}

/// The oldest success, but not the place of most days: sixteen addresses of one evening do not push the console out.
std::vector<AttemptCounters::KnownPlace>::iterator gives_way(std::vector<AttemptCounters::KnownPlace>& known,
                                                             std::int64_t now) {
    using Place = AttemptCounters::KnownPlace;
    const std::int64_t since = now - base::Milliseconds(limits::favourite_for).count();
    const auto days = [&](const Place& p) { return p.counter.last_success > since ? p.days : 0U; };
    const auto favourite =
        std::max_element(known.begin(), known.end(), [&](const Place& a, const Place& b) { return days(a) < days(b); });
    const bool keep_it = days(*favourite) > 0;
    const auto weight = [&](const Place& p) {
        return std::tuple(keep_it && &p == &*favourite, p.counter.last_success);
    };
    return std::min_element(known.begin(), known.end(),
                            [&](const Place& a, const Place& b) { return weight(a) < weight(b); });
}

/// What a counter itself says, where nobody wrote the policy's word down.
FailureLock lock_in(const Counter& counter, std::int64_t now) {
    if (counter.disabled) {
        return {0, true, "too-many-failures-in-a-row"};
    }
    return counter.locked_until > now ? FailureLock{counter.locked_until, false, "too-many-failures"} : FailureLock{};
}

} // namespace

bool matters_less(const Counter& a, const Counter& b) noexcept {
    const auto weight = [](const Counter& c) {
        return std::tuple(c.disabled, c.locked_until, c.consecutive, std::max(c.last_failure, c.last_success));
    };
    return weight(a) < weight(b);
}

Counter AttemptCounters::place(const Digest& place) const {
    const auto found = std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.place == place; });
    return found == places.end() ? Counter{} : found->counter;
}

void AttemptCounters::set_place(const Digest& place, const Counter& counter) {
    auto found = std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.place == place; });
    if (found == places.end() && places.size() >= limits::places_per_account) {
        found = std::min_element(places.begin(), places.end(),
                                 [](const Place& a, const Place& b) { return matters_less(a.counter, b.counter); });
    }
    if (found == places.end()) {
        places.push_back({place, counter, {}});
    } else if (found->place == place) {
        found->counter = counter;
    } else {
        *found = {place, counter, {}};
    }
}

void AttemptCounters::set_place_lock(const Digest& place, FailureLock since) {
    const auto found = std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.place == place; });
    if (found != places.end()) {
        found->lock = std::move(since);
    }
}

const AttemptCounters::KnownPlace* AttemptCounters::known_place(const Digest& place) const {
    const auto found = std::find_if(known.begin(), known.end(), [&](const KnownPlace& k) { return k.place == place; });
    return found == known.end() ? nullptr : &*found;
}

void AttemptCounters::set_known(const Digest& place, const Counter& counter) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const KnownPlace& k) { return k.place == place; });
    if (found != known.end()) {
        found->counter = counter;
    }
}

void AttemptCounters::note_success(const Digest& place, Counter counter, std::int64_t now) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const KnownPlace& k) { return k.place == place; });
    if (found != known.end()) {
        // The policy may have put the time of this success into the counter already: the day is remembered apart.
        counter.last_success = now;
        found->days = std::min(found->days, UINT32_MAX - 1) + (day_of(now) > found->last_day ? 1U : 0U);
        found->last_day = std::max(found->last_day, day_of(now));
        found->counter = counter;
        return;
    }
    counter.last_success = now;
    const KnownPlace newcomer{place, counter, 1, day_of(now)};
    if (known.size() < limits::known_places) {
        known.push_back(newcomer);
    } else {
        *gives_way(known, now) = newcomer;
    }
}

void AttemptCounters::set_known_as_in(const AttemptCounters& logins, const Digest& place, const Counter& counter) {
    std::erase_if(known, [&](const KnownPlace& k) { return logins.known_place(k.place) == nullptr; });
    if (known_place(place) != nullptr) {
        set_known(place, counter);
    } else if (logins.known_place(place) != nullptr) {
        known.push_back({place, counter});
    }
}

bool AttemptCounters::forget_failures() {
    const AttemptCounters before = std::exchange(*this, AttemptCounters{});
    account.last_success = before.account.last_success;
    known = before.known;
    for (KnownPlace& place : known) {
        place.counter = Counter{};
        place.counter.last_success = before.known_place(place.place)->counter.last_success;
    }
    return *this != before;
}

FailureLock AttemptCounters::lock_at(std::int64_t now) const {
    if (lock.stands(now)) {
        return lock;
    }
    return lock_in(account, now);
}

FailureLock AttemptCounters::place_lock_at(std::int64_t now) const {
    FailureLock latest;
    const auto consider = [&](const FailureLock& one) {
        if (one.stands(now) && (one.endless || !latest.endless) && (one.endless || one.until > latest.until)) {
            latest = one;
        }
    };
    for (const Place& place : places) {
        consider(place.lock.stands(now) ? place.lock : lock_in(place.counter, now));
    }
    for (const KnownPlace& place : known) {
        consider(lock_in(place.counter, now));
    }
    return latest;
}

} // namespace loquet::model
