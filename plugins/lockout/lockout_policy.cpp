// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/lockout/lockout_policy.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

namespace loquet::plugins_lockout {

void age(loquet_counter& counter, std::int64_t now) {
    const std::int64_t present = now / hour_ms;
    const std::int64_t passed = present - std::clamp<std::int64_t>(counter.hour, 0, present);
    const auto steps = static_cast<std::size_t>(std::min<std::int64_t>(passed, LOQUET_COUNTER_HOURS));
    auto* const first = std::begin(counter.failed_in_hour);
    auto* const last = std::end(counter.failed_in_hour);
    const auto leaving = std::accumulate(last - steps, last, std::uint32_t{0});
    counter.pardoned -= std::min(counter.pardoned, leaving);
    std::shift_right(first, last, static_cast<std::ptrdiff_t>(steps));
    std::fill_n(first, steps, std::uint16_t{0});
    counter.hour = present;
    counter.pardoned = std::min(counter.pardoned, failures_in_a_day(counter));
}

void add_failure(loquet_counter& counter) {
    std::uint16_t& present = counter.failed_in_hour[0];
    if (present < std::numeric_limits<std::uint16_t>::max()) {
        ++present;
    } else if (counter.pardoned > 0) {
        --counter.pardoned;
    }
}

std::uint32_t failures_in_an_hour(const loquet_counter& counter) {
    return std::uint32_t{counter.failed_in_hour[0]} + counter.failed_in_hour[1];
}

std::uint32_t failures_in_a_day(const loquet_counter& counter) {
    return std::accumulate(std::begin(counter.failed_in_hour), std::end(counter.failed_in_hour), std::uint32_t{0});
}

std::uint32_t unpardoned_in_a_day(const loquet_counter& counter) {
    const std::uint32_t failures = failures_in_a_day(counter);
    return failures - std::min(failures, counter.pardoned);
}

std::int64_t day_falls_below(const loquet_counter& counter, std::uint32_t limit) {
    std::uint32_t left = unpardoned_in_a_day(counter);
    if (left < limit) {
        return 0;
    }
    std::uint32_t pardoned = failures_in_a_day(counter) - left;
    int oldest = LOQUET_COUNTER_HOURS;
    while (left >= limit && oldest > 0) {
        --oldest;
        const std::uint32_t failures = counter.failed_in_hour[oldest];
        const std::uint32_t of_these = std::min(failures, pardoned);
        pardoned -= of_these;
        left -= failures - of_these;
    }
    // What happened `oldest` hours ago is forgotten when that hour leaves the memory.
    return (counter.hour - oldest + LOQUET_COUNTER_HOURS) * hour_ms;
}

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t latest_now = std::numeric_limits<std::int64_t>::max() / 2; // so that sums cannot overflow

std::int64_t sane(std::int64_t now) {
    return std::clamp<std::int64_t>(now, 0, latest_now);
}

void count_up(std::uint32_t& value) {
    value = std::max(value, value + 1); // saturates
}

/// A counter that has seen a later time than `now` is moved to now: what remained of a lock remains.
bool came_from_the_future(const Options& options, std::int64_t now, loquet_counter& counter) {
    const std::int64_t lock_end = now + options.lock_minutes * minute_ms;
    const bool future = counter.last_failure > now || counter.last_success > now || counter.hour > now / hour_ms
                        || counter.locked_until > lock_end;
    counter.last_failure = std::clamp<std::int64_t>(counter.last_failure, 0, now);
    counter.last_success = std::clamp<std::int64_t>(counter.last_success, 0, now);
    counter.locked_until = std::clamp<std::int64_t>(counter.locked_until, 0, lock_end);
    return future;
}

/// The counters at `now`: aged, and nothing in them later than now. `moved` gets those whose clock went back.
Counters at(const Options& options, std::int64_t now, const Counters& given, Counters& moved) {
    Counters counters = given;
    for (std::size_t scope = 0; scope < counters.size(); ++scope) {
        auto& counter = counters[scope];
        if (!counter) {
            continue;
        }
        const bool future = came_from_the_future(options, now, *counter);
        age(*counter, now);
        if (future) {
            moved[scope] = counter;
        }
    }
    return counters;
}

/// The counter that `tries` is counted in.
std::size_t own_scope(const Options& options, const Counters& counters) {
    return options.by_place && counters[LOQUET_SCOPE_ACCOUNT_PLACE] ? LOQUET_SCOPE_ACCOUNT_PLACE : LOQUET_SCOPE_ACCOUNT;
}

bool is_known_place(const Options& options, std::int64_t now, const Counters& counters) {
    const auto& place = counters[LOQUET_SCOPE_KNOWN_PLACE];
    return place && place->last_success > 0 && now - place->last_success < options.known_place_days * day_ms;
}

/// The counter that the day and the failures in a row are counted in: what is counted elsewhere does not shut a place
/// that the owner uses.
const std::optional<loquet_counter>& shutting_counter(const Options& options, std::int64_t now,
                                                      const Counters& counters) {
    return counters[is_known_place(options, now, counters) ? LOQUET_SCOPE_KNOWN_PLACE : LOQUET_SCOPE_ACCOUNT];
}

std::int64_t lock_of(const std::optional<loquet_counter>& counter, std::int64_t now) {
    return counter && counter->locked_until > now ? counter->locked_until : 0;
}

std::int64_t growing_delay(const Options& options, std::uint32_t failures) {
    if (failures < 2) {
        return 0;
    }
    std::int64_t delay = std::min(options.first_delay_ms, options.max_delay_ms);
    for (std::uint32_t n = 2; n < failures && delay > 0 && delay < options.max_delay_ms; ++n) {
        delay = std::min(delay * 2, options.max_delay_ms);
    }
    return delay;
}

/// How long after its last failure the next attempt has to wait.
std::int64_t delay_of(const Options& options, const loquet_counter& own, const std::optional<loquet_counter>& place) {
    std::int64_t delay = growing_delay(options, own.since_lock);
    // A busy place slows only those who failed there more than once: who mistypes once must not wait for the others.
    if (own.since_lock >= 2 && place && failures_in_an_hour(*place) >= options.place_failures_an_hour) {
        delay = std::max(delay, options.place_delay_ms);
    }
    return delay;
}

/// What an attempt at `now` meets.
void rule(const Options& options, std::int64_t now, const Counters& counters, Decision& decision) {
    const auto say = [&](loquet_lockout_verdict verdict, std::int64_t until, std::string_view reason) {
        decision.verdict = verdict;
        decision.until = until;
        decision.reason = reason;
    };
    const auto& own = counters[own_scope(options, counters)];
    const auto& shutting = shutting_counter(options, now, counters);
    const std::int64_t day_until = shutting ? day_falls_below(*shutting, options.tries_a_day) : 0;
    const std::int64_t own_lock = lock_of(own, now);
    const std::int64_t lock_until = is_known_place(options, now, counters)
                                        ? std::max(own_lock, lock_of(counters[LOQUET_SCOPE_KNOWN_PLACE], now))
                                        : own_lock;
    // The wait comes from what this place did for this name alone, whether the place is known and whatever shuts it.
    const std::int64_t delay_until =
        own && own_lock == 0 ? own->last_failure + delay_of(options, *own, counters[LOQUET_SCOPE_PLACE]) : 0;
    decision.hold = delay_until > now ? delay_until : 0;
    if (shutting && shutting->disabled != 0) {
        say(LOQUET_VERDICT_DISABLED, 0, "too-many-failures-in-a-row");
    } else if (lock_until > day_until) {
        say(LOQUET_VERDICT_LOCKED, lock_until, "too-many-failures");
    } else if (day_until > 0) {
        say(LOQUET_VERDICT_LOCKED, day_until, "too-many-failures-a-day");
    } else if (delay_until > now) {
        say(LOQUET_VERDICT_DELAY, delay_until, "slowed-down");
        decision.hold = 0;
    }
}

void count(std::int64_t now, loquet_counter& counter) {
    count_up(counter.consecutive);
    count_up(counter.since_lock);
    counter.last_failure = now;
    add_failure(counter);
}

void lock_after_tries(const Options& options, std::int64_t now, std::optional<loquet_counter>& counter) {
    if (counter && counter->since_lock >= options.tries) {
        counter->locked_until = now + options.lock_minutes * minute_ms;
        counter->since_lock = 0;
    }
}

/// Failures in a row that nothing has pardoned.
std::uint32_t row_of(const loquet_counter& counter) {
    return counter.consecutive - std::min(counter.consecutive, counter.pardoned_in_a_row);
}

void charge(const Options& options, std::int64_t now, Counters& counters) {
    for (auto& counter : counters) {
        if (counter) {
            count(now, *counter);
        }
    }
    const std::size_t own = own_scope(options, counters);
    lock_after_tries(options, now, counters[own]);
    if (own == LOQUET_SCOPE_ACCOUNT_PLACE) {
        lock_after_tries(options, now, counters[LOQUET_SCOPE_KNOWN_PLACE]);
    }
    for (const auto scope : {LOQUET_SCOPE_ACCOUNT, LOQUET_SCOPE_KNOWN_PLACE}) {
        if (auto& counter = counters[scope]; counter && row_of(*counter) >= options.tries_in_a_row) {
            counter->disabled = 1;
        }
    }
}

/// Behind a lock of the account the waits of the place go on as they would at a known one, where it is evaluated.
/// Nothing is counted that could shut the account for longer, and nothing during the place's own lock or wait.
void charge_waits(const Options& options, std::int64_t now, Counters& counters, Counters& changed) {
    const std::size_t own = own_scope(options, counters);
    auto& waits = counters[own];
    if (!waits || waits->locked_until > now
        || waits->last_failure + delay_of(options, *waits, counters[LOQUET_SCOPE_PLACE]) > now) {
        return;
    }
    if (own == LOQUET_SCOPE_ACCOUNT_PLACE) {
        count(now, *waits);
    } else {
        count_up(waits->since_lock);
        waits->last_failure = now;
    }
    lock_after_tries(options, now, waits);
    changed[own] = waits;
    if (auto& place = counters[LOQUET_SCOPE_PLACE]) {
        count(now, *place);
        changed[LOQUET_SCOPE_PLACE] = place;
    }
}

/// One alert in each hour of the clock in which there are more failures than the limit, told by the counter alone.
std::string alert_of(const Options& options, const std::optional<loquet_counter>& site) {
    if (!site) {
        return {};
    }
    const std::uint32_t failures = failures_in_an_hour(*site);
    const bool first_of_the_hour = site->failed_in_hour[0] == 1;
    const bool just_crossed = failures == options.site_alert_an_hour + 1;
    if (failures <= options.site_alert_an_hour || !(first_of_the_hour || just_crossed)) {
        return {};
    }
    return std::to_string(failures) + " failed attempts at this machine in this hour and the one before (the limit for "
           + "this alert is " + std::to_string(options.site_alert_an_hour)
           + "). Nobody is blocked by it: look at where " + "they come from.";
}

} // namespace

std::int64_t longest_lock(const Options& options) {
    return std::max({options.lock_minutes * minute_ms, LOQUET_COUNTER_HOURS * hour_ms, options.max_delay_ms,
                     options.place_delay_ms});
}

Decision before(const Options& options, std::int64_t now, const Counters& counters) {
    Decision decision;
    now = sane(now);
    const Counters present = at(options, now, counters, decision.changed);
    rule(options, now, present, decision);
    return decision;
}

Decision failed(const Options& options, std::int64_t now, const Counters& counters) {
    Decision decision;
    now = sane(now);
    Counters present = at(options, now, counters, decision.changed);
    charge(options, now, present);
    rule(options, now, present, decision);
    decision.alert = alert_of(options, present[LOQUET_SCOPE_SITE]);
    decision.changed = present;
    return decision;
}

Decision refused(const Options& options, std::int64_t now, const Counters& counters) {
    Decision decision;
    now = sane(now);
    Counters present = at(options, now, counters, decision.changed);
    charge_waits(options, now, present, decision.changed);
    rule(options, now, present, decision);
    return decision;
}

Decision succeeded(const Options& options, std::int64_t now, const Counters& counters) {
    Decision decision;
    now = sane(now);
    Counters present = at(options, now, counters, decision.changed);
    if (auto& account = present[LOQUET_SCOPE_ACCOUNT]; account && is_known_place(options, now, present)) {
        account->disabled = 0; // its owner is there: the row of failures is over
    }
    for (const auto scope : {LOQUET_SCOPE_ACCOUNT, LOQUET_SCOPE_ACCOUNT_PLACE, LOQUET_SCOPE_KNOWN_PLACE}) {
        if (auto& counter = present[scope]) {
            counter->consecutive = 0;
            counter->pardoned_in_a_row = 0;
            counter->since_lock = 0;
            counter->last_success = now;
            decision.changed[scope] = counter;
        }
    }
    rule(options, now, present, decision);
    return decision;
}

Decision lifted(const Options& options, std::int64_t now, const Counters& counters) {
    Decision decision;
    now = sane(now);
    Counters present = at(options, now, counters, decision.changed);
    for (const auto scope : {LOQUET_SCOPE_ACCOUNT, LOQUET_SCOPE_ACCOUNT_PLACE, LOQUET_SCOPE_KNOWN_PLACE}) {
        if (auto& counter = present[scope]) {
            counter->locked_until = 0;
            counter->since_lock = 0;
            counter->disabled = 0;
            counter->pardoned = failures_in_a_day(*counter);
            counter->pardoned_in_a_row = counter->consecutive;
            decision.changed[scope] = counter;
        }
    }
    rule(options, now, present, decision);
    return decision;
}

} // namespace loquet::plugins_lockout
