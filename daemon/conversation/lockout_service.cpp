// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/lockout_service.h"

#include "daemon/store/counters_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

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

/// Keeps the hourly failures true, so that the plugin finds them when it is back.
void count_failure(Counter& counter, std::int64_t now) {
    const std::int64_t this_hour = now / hour;
    const std::int64_t passed = std::clamp<std::int64_t>(this_hour - counter.hour, 0, Counter::hours);
    std::rotate(counter.failed_in_hour.begin(), counter.failed_in_hour.end() - passed, counter.failed_in_hour.end());
    std::fill_n(counter.failed_in_hour.begin(), passed, std::uint16_t{0});
    counter.hour = std::max(counter.hour, this_hour);
    auto& failed = counter.failed_in_hour.front();
    failed = static_cast<std::uint16_t>(std::min<unsigned>(failed + 1U, UINT16_MAX));
    counter.consecutive = counter.consecutive == UINT32_MAX ? UINT32_MAX : counter.consecutive + 1;
    counter.since_lock = counter.since_lock == UINT32_MAX ? UINT32_MAX : counter.since_lock + 1;
    counter.last_failure = std::max(counter.last_failure, now);
}

void count_success(Counter& counter, std::int64_t now) {
    counter.consecutive = 0;
    counter.since_lock = 0;
    counter.last_success = now;
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
    }
    Judgement judgement = standing(request, counters);
    judgement.counters = counters;
    return judgement;
}

using model::Digest;
using protocol::Scope;
using store::CountersTable;

namespace {

const Digest site_key{};
/// Accounts are no outsiders' invention: their counters never give way to those of names that nobody has.
constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

struct AttemptChange {
    Digest identity;
    bool unknown;
    model::AttemptCounters counters;
};
struct PlaceChange {
    Digest place;
    model::Counter counter;
};

void put(store::WriteTxn& txn, const AttemptChange& change) {
    const auto whose = change.unknown ? CountersTable::Whose::unknown : CountersTable::Whose::account;
    CountersTable::put_attempts(txn, change.identity, whose, change.counters);
}

void put(store::WriteTxn& txn, const PlaceChange& change) {
    if (change.place == site_key) {
        CountersTable::put_site(txn, change.counter);
    } else {
        CountersTable::put_place(txn, change.place, change.counter);
    }
}

model::FailureLock lock_of(const protocol::Judgement& judgement) {
    switch (judgement.verdict) {
    case protocol::Verdict::locked:
        return {judgement.until.count(), false, judgement.reason};
    case protocol::Verdict::disabled:
        return {0, true, judgement.reason};
    case protocol::Verdict::allow:
    case protocol::Verdict::delay:
        break;
    }
    return {};
}

} // namespace

LockoutService::CounterLease::CounterLease(LockoutService& lockout, const AttemptKey& attempt)
    : attempt_(attempt),
      name_(lockout.names_, attempt.identity, attempt.unknown ? limits::counted_unknown_names : any_number,
            [&] { return lockout.stored(attempt); }),
      place_(lockout.places_, attempt.place, limits::counted_places,
             [&] {
                 return lockout.store_.read(
                     [&](const store::ReadTxn& txn) { return CountersTable::place(txn, attempt.place); });
             }),
      site_(lockout.places_, site_key, any_number,
            [&] { return lockout.store_.read([](const store::ReadTxn& txn) { return CountersTable::site(txn); }); }) {}

LockoutService::CounterFreeze::CounterFreeze(LockoutService& lockout, const Digest& identity)
    : name_(lockout.names_, identity, any_number, [&] { return lockout.stored({identity, false, {}}); }) {}

LockoutService::Name LockoutService::stored(const AttemptKey& attempt) const {
    return {store_.read([&](const store::ReadTxn& txn) { return CountersTable::attempts(txn, attempt.identity); }),
            attempt.unknown};
}

protocol::JudgeRequest LockoutService::question(const AttemptKey& attempt, protocol::LockoutEvent event) {
    protocol::JudgeRequest request;
    request.event = event;
    request.now = steady_.now(clock_);
    request.boot_id = clock_.boot_id();
    const model::AttemptCounters& counters = names_.get(attempt.identity).counters;
    request.counters[Scope::account] = counters.account;
    request.counters[Scope::account_place] = counters.place(attempt.place);
    if (const auto* known = counters.known_place(attempt.place)) {
        request.counters[Scope::known_place] = known->counter;
    }
    request.counters[Scope::place] = places_.get(attempt.place);
    request.counters[Scope::site] = places_.get(site_key);
    return request;
}

base::Task<LockoutService::Answer> LockoutService::ask(std::shared_ptr<plugins::LockoutClient> policy,
                                                       protocol::JudgeRequest request) {
    Answer answer;
    try {
        auto asked = policy->judge(request);
        answer.judgement = co_await asked;
    } catch (const base::Error& error) {
        answer.failure = error.what();
        answer.judgement = judge_strictly(request);
    }
    co_return answer;
}

LockoutService::Versions LockoutService::versions(const AttemptKey& attempt) const {
    return {names_.version(attempt.identity), places_.version(attempt.place), places_.version(site_key)};
}

LockoutService::PrefetchedRulings LockoutService::prefetch(const CounterLease& lease,
                                                           const std::array<protocol::LockoutEvent, 2>& events) {
    PrefetchedRulings prefetched;
    prefetched.versions_ = versions(lease.attempt());
    for (const protocol::LockoutEvent event : events) {
        prefetched.answers_.emplace_back(event, base::started(ask(policy_, question(lease.attempt(), event))));
    }
    return prefetched;
}

base::Task<Ruling> LockoutService::judge(const CounterLease& lease, protocol::LockoutEvent event,
                                         PrefetchedRulings prefetched) {
    auto turn = judging_.lock();
    const base::AsyncMutex::Guard alone = co_await turn;
    auto& known_ahead = prefetched.answers_;
    const auto same =
        std::find_if(known_ahead.begin(), known_ahead.end(), [&](const auto& one) { return one.first == event; });
    const bool counts = same != known_ahead.end() && prefetched.versions_ == versions(lease.attempt());
    auto asking = counts ? std::move(same->second) : base::started(ask(policy_, question(lease.attempt(), event)));
    const Answer answer = co_await asking;
    const protocol::Judgement& judgement = answer.judgement;
    note_fallback(!answer.failure.empty(), answer.failure);
    take_over(lease.attempt(), event, judgement.counters);
    if (event == protocol::LockoutEvent::failed || event == protocol::LockoutEvent::refused) {
        auto noting = note_locks(lease.attempt(), judgement, answer.failure.empty());
        co_await noting;
    }
    if (!judgement.alert.empty() && on_alert) {
        on_alert(judgement.alert);
    }
    Ruling ruling;
    ruling.verdict = judgement.verdict;
    const base::Milliseconds now = steady_.now(clock_);
    ruling.wait = std::max(judgement.until - now, base::Milliseconds(0));
    ruling.hold = ruling.verdict == protocol::Verdict::delay ? ruling.wait
                                                             : std::max(judgement.hold - now, base::Milliseconds(0));
    ruling.reason = judgement.reason;
    co_return ruling;
}

base::Task<void> LockoutService::note_locks(const AttemptKey& attempt, const protocol::Judgement& judgement,
                                            bool policy_answers) {
    protocol::JudgeRequest elsewhere = question(attempt, protocol::LockoutEvent::before);
    for (const Scope scope : {Scope::account_place, Scope::place, Scope::known_place}) {
        elsewhere.counters[scope].reset();
    }
    protocol::Judgement of_account;
    if (policy_answers) {
        auto asking = base::started(ask(policy_, std::move(elsewhere)));
        const Answer answer = co_await asking;
        of_account = answer.judgement;
    } else {
        of_account = judge_strictly(elsewhere);
    }
    model::AttemptCounters attempts = names_.get(attempt.identity).counters;
    attempts.lock = lock_of(of_account);
    attempts.set_place_lock(attempt.place, lock_of(judgement));
    names_.set(attempt.identity, {std::move(attempts), attempt.unknown});
}

void LockoutService::forget_failures(const CounterLease& lease) {
    model::AttemptCounters counters = names_.get(lease.attempt().identity).counters;
    (void)counters.forget_failures();
    names_.set(lease.attempt().identity, {std::move(counters), lease.attempt().unknown});
}

void LockoutService::take_over(const AttemptKey& attempt, protocol::LockoutEvent event,
                               const protocol::ScopedCounters& counters) {
    model::AttemptCounters attempts = names_.get(attempt.identity).counters;
    if (counters[Scope::account]) {
        attempts.account = *counters[Scope::account];
    }
    // A place that never failed nor succeeded needs no place in the list.
    if (counters[Scope::account_place] && *counters[Scope::account_place] != attempts.place(attempt.place)) {
        attempts.set_place(attempt.place, *counters[Scope::account_place]);
    }
    if (counters[Scope::known_place]) {
        attempts.set_known(attempt.place, *counters[Scope::known_place]);
    }
    if (event == protocol::LockoutEvent::succeeded) {
        if (attempt.makes_known) {
            const auto* known = attempts.known_place(attempt.place);
            attempts.note_success(attempt.place, known != nullptr ? known->counter : attempts.place(attempt.place),
                                  steady_.now(clock_).count());
        }
        attempts.set_place_lock(attempt.place, {});
        if (!attempts.account.disabled && attempts.lock.endless) {
            attempts.lock = {};
        }
    }
    names_.set(attempt.identity, {std::move(attempts), attempt.unknown});
    if (counters[Scope::place]) {
        places_.set(attempt.place, *counters[Scope::place]);
    }
    if (counters[Scope::site]) {
        places_.set(site_key, *counters[Scope::site]);
    }
}

void LockoutService::note_fallback(bool fallback, const std::string& why) {
    if (std::exchange(on_fallback_, fallback) != fallback && when_fallback_changes) {
        when_fallback_changes(fallback, why);
    }
}

const model::AttemptCounters& LockoutService::counters(const CounterLease& lease) const {
    return names_.get(lease.attempt().identity).counters;
}

void LockoutService::put_back(const CounterLease& lease, model::AttemptCounters counters) {
    names_.set(lease.attempt().identity, {std::move(counters), lease.attempt().unknown});
}

LockoutService::Changes LockoutService::changes(const CounterLease& lease, Extent extent) {
    const AttemptKey& attempt = lease.attempt();
    AttemptChange of_attempt{attempt.identity, attempt.unknown, names_.get(attempt.identity).counters};
    std::vector<PlaceChange> of_places;
    for (const Digest& key : {attempt.place, site_key}) {
        if (extent == Extent::all || !places_.is_durable(key)) {
            of_places.push_back({key, places_.get(key)});
        }
    }
    const base::Milliseconds now = steady_.now(clock_);
    Changes changes;
    changes.durable = [this, attempt, written = versions(attempt)] {
        names_.durable(attempt.identity, written.name);
        places_.durable(attempt.place, written.place);
        places_.durable(site_key, written.site);
    };
    changes.work = [of_attempt = std::move(of_attempt), of_places = std::move(of_places), now](store::WriteTxn& txn) {
        put(txn, of_attempt);
        std::for_each(of_places.begin(), of_places.end(), [&](const PlaceChange& change) { put(txn, change); });
        store::MetaTable::put_steady_time(txn, now);
    };
    return changes;
}

void LockoutService::reload(const Digest& identity) {
    names_.replace(identity, stored({identity, false, {}}));
}

std::optional<LockoutService::Changes> LockoutService::unsaved() {
    std::vector<AttemptChange> attempts;
    std::vector<PlaceChange> places;
    std::vector<std::pair<Digest, std::uint64_t>> attempt_versions;
    std::vector<std::pair<Digest, std::uint64_t>> place_versions;
    for (const Digest& key : names_.unsaved()) {
        const Name& name = names_.get(key);
        attempts.push_back({key, name.unknown, name.counters});
        attempt_versions.emplace_back(key, names_.version(key));
    }
    for (const Digest& key : places_.unsaved()) {
        places.push_back({key, places_.get(key)});
        place_versions.emplace_back(key, places_.version(key));
    }
    if (attempts.empty() && places.empty()) {
        return std::nullopt;
    }
    Changes changes;
    changes.work = [attempts = std::move(attempts), places = std::move(places)](store::WriteTxn& txn) {
        std::for_each(attempts.begin(), attempts.end(), [&](const AttemptChange& change) { put(txn, change); });
        std::for_each(places.begin(), places.end(), [&](const PlaceChange& change) { put(txn, change); });
    };
    changes.durable = [this, attempt_versions, place_versions] {
        for (const auto& [key, version] : attempt_versions) {
            names_.durable(key, version);
        }
        for (const auto& [key, version] : place_versions) {
            places_.durable(key, version);
        }
    };
    return changes;
}

} // namespace loquet::conversation
