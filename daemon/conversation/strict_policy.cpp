// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/strict_policy.h"

#include "lib/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>

namespace loquet::conversation {

using protocol::Counter;
using protocol::Judgement;
using protocol::JudgeRequest;
using protocol::LockoutEvent;
using protocol::Scope;
using protocol::Verdict;

namespace {

constexpr std::uint32_t tries = 3;
constexpr base::Milliseconds lock_for = std::chrono::minutes(20);
constexpr std::int64_t hour = 3'600'000;

std::uint32_t failures_in_a_day(const Counter& counter) {
    return std::accumulate(counter.failed_in_hour.begin(), counter.failed_in_hour.end(), std::uint32_t{0});
}

/// Keeps the hourly failures true, and how many of them are pardoned, so that the plugin finds them when it is back.
void age(Counter& counter, std::int64_t now) {
    const std::int64_t this_hour = now / hour;
    const std::int64_t passed = std::clamp<std::int64_t>(this_hour - counter.hour, 0, Counter::hours);
    const auto leaving = counter.failed_in_hour.end() - passed;
    const auto left = std::accumulate(leaving, counter.failed_in_hour.end(), std::uint32_t{0});
    counter.pardoned -= std::min(counter.pardoned, left);
    std::rotate(counter.failed_in_hour.begin(), leaving, counter.failed_in_hour.end());
    std::fill_n(counter.failed_in_hour.begin(), passed, std::uint16_t{0});
    counter.hour = std::max(counter.hour, this_hour);
}

void count_failure(Counter& counter, std::int64_t now) {
    age(counter, now);
    auto& failed = counter.failed_in_hour.front();
    failed = static_cast<std::uint16_t>(std::min<unsigned>(failed + 1U, UINT16_MAX));
    counter.consecutive = counter.consecutive == UINT32_MAX ? UINT32_MAX : counter.consecutive + 1;
    counter.since_lock = counter.since_lock == UINT32_MAX ? UINT32_MAX : counter.since_lock + 1;
    counter.last_failure = std::max(counter.last_failure, now);
}

void count_success(Counter& counter, std::int64_t now) {
    counter.consecutive = 0;
    counter.pardoned_in_a_row = 0;
    counter.since_lock = 0;
    counter.last_success = now;
}

void lift(Counter& counter, std::int64_t now) {
    age(counter, now);
    counter.locked_until = 0;
    counter.since_lock = 0;
    counter.disabled = false;
    counter.pardoned = failures_in_a_day(counter);
    counter.pardoned_in_a_row = counter.consecutive;
}

Judgement standing(const JudgeRequest& request, const protocol::ScopedCounters& counters) {
    Judgement judgement;
    judgement.verdict = Verdict::allow;
    // What is counted elsewhere does not shut a place that the owner uses.
    const Scope shutting = counters[Scope::known_place] ? Scope::known_place : Scope::account;
    for (const Scope scope : {shutting, Scope::account_place}) {
        const auto& counter = counters[scope];
        if (!counter) {
            continue;
        }
        if (counter->disabled) {
            judgement.verdict = Verdict::disabled;
            judgement.reason = "too-many-failures-in-a-row";
            return judgement;
        }
        if (counter->locked_until > request.now.count()) {
            judgement.verdict = Verdict::locked;
            judgement.until = std::max(judgement.until, base::Milliseconds(counter->locked_until));
            judgement.reason = "too-many-failures";
        }
    }
    return judgement;
}

} // namespace

Judgement judge_strictly(const JudgeRequest& request) {
    protocol::ScopedCounters counters = request.counters;
    const std::int64_t now = request.now.count();
    if (request.event == LockoutEvent::failed) {
        for (auto& counter : counters.all()) {
            if (counter) {
                count_failure(*counter, now);
            }
        }
        const Scope shutting = counters[Scope::known_place] ? Scope::known_place : Scope::account;
        for (const Scope scope : {Scope::account, Scope::known_place}) {
            auto& counter = counters[scope];
            if (!counter || counter->since_lock < tries) {
                continue;
            }
            counter->locked_until = now + lock_for.count();
            counter->since_lock = 0;
            // The plugin looks at the place's own lock: what was told during its absence holds when it is back.
            if (auto& place = counters[Scope::account_place]; place && scope == shutting) {
                place->locked_until = counter->locked_until;
            }
        }
    } else if (request.event == LockoutEvent::succeeded) {
        if (counters[Scope::account] && counters[Scope::known_place]) {
            counters[Scope::account]->disabled = false;
        }
        for (const Scope scope : {Scope::account, Scope::account_place, Scope::known_place}) {
            if (counters[scope]) {
                count_success(*counters[scope], now);
            }
        }
    } else if (request.event == LockoutEvent::lifted) {
        for (const Scope scope : {Scope::account, Scope::account_place, Scope::known_place}) {
            if (counters[scope]) {
                lift(*counters[scope], now);
            }
        }
    }
    Judgement judgement = standing(request, counters);
    judgement.counters = counters;
    return judgement;
}

} // namespace loquet::conversation
