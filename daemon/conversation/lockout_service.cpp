// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/lockout_service.h"

#include "daemon/conversation/strict_policy.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace loquet::conversation {

using model::Axis;
using model::CounterKey;
using model::Digest;
using protocol::LockoutEvent;
using protocol::Scope;
using protocol::Verdict;
using store::CountersTable;

namespace {

CounterKey site_key(Axis axis) noexcept {
    return {Digest{}, axis};
}
/// Accounts are no outsiders' invention: their counters never give way to those of names that nobody has.
constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

struct AttemptChange {
    CounterKey identity;
    bool unknown;
    model::AttemptCounters counters;
};
struct PlaceChange {
    CounterKey place;
    model::Counter counter;
};

void put(store::WriteTxn& txn, const AttemptChange& change) {
    const auto whose = change.unknown ? CountersTable::Whose::unknown : CountersTable::Whose::account;
    CountersTable::put_attempts(txn, change.identity, whose, change.counters);
}

void put(store::WriteTxn& txn, const PlaceChange& change) {
    if (change.place == site_key(change.place.axis)) {
        CountersTable::put_site(txn, change.counter, change.place.axis);
    } else {
        CountersTable::put_place(txn, change.place, change.counter);
    }
}

/// How many names of that sort are kept in memory though the store has not got them.
std::size_t names_kept(const AttemptKey& attempt) noexcept {
    return attempt.unknown ? limits::counted_unknown_names : any_number;
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
    : attempt_(attempt), login_(lockout.names_, {attempt.identity, Axis::login}, names_kept(attempt),
                                [&] { return lockout.stored({attempt.identity, Axis::login}, attempt.unknown); }),
      recovery_(lockout.names_, {attempt.identity, Axis::recovery}, names_kept(attempt),
                [&] { return lockout.stored({attempt.identity, Axis::recovery}, attempt.unknown); }),
      place_(lockout.places_, {attempt.place, attempt.axis}, limits::counted_places,
             [&] {
                 return lockout.store_.read([&](const store::ReadTxn& txn) {
                     return CountersTable::place(txn, {attempt.place, attempt.axis});
                 });
             }),
      site_(lockout.places_, site_key(attempt.axis), any_number, [&] {
          return lockout.store_.read([&](const store::ReadTxn& txn) { return CountersTable::site(txn, attempt.axis); });
      }) {}

LockoutService::CounterFreeze::CounterFreeze(LockoutService& lockout, const Digest& identity)
    : login_(lockout.names_, {identity, Axis::login}, any_number,
             [&] { return lockout.stored({identity, Axis::login}, false); }),
      recovery_(lockout.names_, {identity, Axis::recovery}, any_number,
                [&] { return lockout.stored({identity, Axis::recovery}, false); }) {}

LockoutService::Name LockoutService::stored(const CounterKey& identity, bool unknown) const {
    return {store_.read([&](const store::ReadTxn& txn) { return CountersTable::attempts(txn, identity); }), unknown};
}

void LockoutService::set(const AttemptKey& attempt, Axis axis, model::AttemptCounters counters) {
    names_.set({attempt.identity, axis}, {std::move(counters), attempt.unknown});
}

protocol::JudgeRequest LockoutService::question_about_name(const AttemptKey& attempt, protocol::LockoutEvent event) {
    protocol::JudgeRequest request;
    request.event = event;
    request.axis = attempt.axis;
    request.now = steady_.now(clock_);
    request.boot_id = clock_.boot_id();
    const model::AttemptCounters& counters = names_.get({attempt.identity, attempt.axis}).counters;
    request.counters[Scope::account] = counters.account;
    request.counters[Scope::account_place] = counters.place(attempt.place);
    if (const auto* known = names_.get(attempt.identity).counters.known_place(attempt.place)) {
        const auto* counted = counters.known_place(attempt.place);
        model::Counter counter = counted != nullptr ? counted->counter : model::Counter{};
        counter.last_success = known->counter.last_success; // of a login: it is what makes the place known
        request.counters[Scope::known_place] = counter;
    }
    return request;
}

protocol::JudgeRequest LockoutService::question(const AttemptKey& attempt, protocol::LockoutEvent event) {
    protocol::JudgeRequest request = question_about_name(attempt, event);
    request.counters[Scope::place] = places_.get({attempt.place, attempt.axis});
    request.counters[Scope::site] = places_.get(site_key(attempt.axis));
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
    return {names_.version(attempt.identity), names_.version({attempt.identity, Axis::recovery}),
            places_.version({attempt.place, attempt.axis}), places_.version(site_key(attempt.axis))};
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
        auto noting = note_locks(lease.attempt(), question(lease.attempt(), protocol::LockoutEvent::before), judgement,
                                 answer.failure.empty());
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

base::Task<void> LockoutService::count_for_name(const CounterLease& lease, protocol::LockoutEvent event) {
    auto turn = judging_.lock();
    const base::AsyncMutex::Guard alone = co_await turn;
    auto asking = base::started(ask(policy_, question_about_name(lease.attempt(), event)));
    const Answer answer = co_await asking;
    take_over(lease.attempt(), event, answer.judgement.counters);
}

base::Task<void> LockoutService::note_locks(const AttemptKey& attempt, protocol::JudgeRequest asked,
                                            const protocol::Judgement& judgement, bool policy_answers) {
    for (const Scope scope : {Scope::account_place, Scope::place, Scope::known_place}) {
        asked.counters[scope].reset();
    }
    protocol::Judgement of_account;
    if (policy_answers) {
        auto asking = base::started(ask(policy_, std::move(asked)));
        const Answer answer = co_await asking;
        of_account = answer.judgement;
    } else {
        of_account = judge_strictly(asked);
    }
    model::AttemptCounters attempts = names_.get({attempt.identity, attempt.axis}).counters;
    attempts.lock = lock_of(of_account);
    attempts.set_place_lock(attempt.place, lock_of(judgement));
    set(attempt, attempt.axis, std::move(attempts));
}

void LockoutService::forget_failures(const CounterLease& lease) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        model::AttemptCounters counters = names_.get({lease.attempt().identity, axis}).counters;
        (void)counters.forget_failures();
        set(lease.attempt(), axis, std::move(counters));
    }
}

base::Task<void> LockoutService::lift(const CounterLease& lease) {
    auto turn = judging_.lock();
    const base::AsyncMutex::Guard alone = co_await turn;
    AttemptKey login = lease.attempt();
    login.axis = Axis::login;
    auto asking = base::started(ask(policy_, question_about_name(login, protocol::LockoutEvent::lifted)));
    const Answer answer = co_await asking;
    take_over(login, protocol::LockoutEvent::lifted, answer.judgement.counters);
    auto noting = note_locks(login, question_about_name(login, protocol::LockoutEvent::before), answer.judgement, true);
    co_await noting;
}

namespace {

/// Those that an attempt at this place can meet.
std::array<model::FailureLock, 2> locks_met(const model::AttemptCounters& counters, const Digest& place,
                                            std::int64_t now) {
    std::array<model::FailureLock, 2> locks{counters.lock_at(now), {}};
    for (const auto& each : counters.places) {
        if (each.place == place && each.lock.stands(now)) {
            locks[1] = each.lock;
        }
    }
    const auto* const known = counters.known_place(place);
    if (known != nullptr && !locks[1].stands(now)) {
        locks[1].until = known->counter.locked_until;
        locks[1].endless = known->counter.disabled;
    }
    return locks;
}

} // namespace

base::Task<bool> LockoutService::lift_passing(const CounterLease& lease) {
    const AttemptKey& attempt = lease.attempt();
    const model::AttemptCounters before = names_.get({attempt.identity, Axis::login}).counters;
    const std::int64_t now = steady_.now(clock_).count();
    const auto locks = locks_met(before, attempt.place, now);
    const bool some = std::ranges::any_of(locks, [&](const model::FailureLock& lock) { return lock.stands(now); });
    const bool for_good = before.account.disabled
                          || std::ranges::any_of(locks, [](const model::FailureLock& lock) { return lock.endless; });
    if (!some || for_good) {
        co_return false;
    }
    auto lifting = lift(lease);
    co_await lifting;
    model::AttemptCounters after = names_.get({attempt.identity, Axis::login}).counters;
    after.account.pardoned_in_a_row = before.account.pardoned_in_a_row;
    if (model::Counter counter = after.place(attempt.place); counter != model::Counter{}) {
        counter.pardoned_in_a_row = before.place(attempt.place).pardoned_in_a_row;
        after.set_place(attempt.place, counter);
    }
    const auto* const known_before = before.known_place(attempt.place);
    if (const auto* const known = after.known_place(attempt.place); known != nullptr && known_before != nullptr) {
        model::Counter counter = known->counter;
        counter.pardoned_in_a_row = known_before->counter.pardoned_in_a_row;
        after.set_known(attempt.place, counter);
    }
    set(attempt, Axis::login, std::move(after));
    co_return true;
}

void LockoutService::forget_known_places(const CounterLease& lease) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        model::AttemptCounters counters = names_.get({lease.attempt().identity, axis}).counters;
        counters.forget_known_places();
        set(lease.attempt(), axis, std::move(counters));
    }
}

void LockoutService::take_over(const AttemptKey& attempt, protocol::LockoutEvent event,
                               const protocol::ScopedCounters& counters) {
    const bool recovers = attempt.axis == Axis::recovery;
    const bool makes_known = attempt.makes_known && !recovers;
    model::AttemptCounters attempts = names_.get({attempt.identity, attempt.axis}).counters;
    if (counters[Scope::account]) {
        attempts.account = *counters[Scope::account];
    }
    // A place that never failed nor succeeded needs no place in the list.
    if (counters[Scope::account_place] && *counters[Scope::account_place] != attempts.place(attempt.place)) {
        attempts.set_place(attempt.place, *counters[Scope::account_place]);
    }
    const auto* known = names_.get(attempt.identity).counters.known_place(attempt.place);
    if (counters[Scope::known_place] && known != nullptr) {
        model::Counter counter = *counters[Scope::known_place];
        if (!makes_known) {
            counter.last_success = known->counter.last_success;
        }
        if (recovers) {
            attempts.set_known_as_in(names_.get(attempt.identity).counters, attempt.place, counter);
        } else {
            attempts.set_known(attempt.place, counter);
        }
    }
    if (event == protocol::LockoutEvent::succeeded) {
        if (makes_known) {
            const auto* counted = attempts.known_place(attempt.place);
            attempts.note_success(attempt.place, counted != nullptr ? counted->counter : attempts.place(attempt.place),
                                  steady_.now(clock_).count());
        }
        attempts.set_place_lock(attempt.place, {});
        if (!attempts.account.disabled && attempts.lock.endless) {
            attempts.lock = {};
        }
    }
    set(attempt, attempt.axis, std::move(attempts));
    if (counters[Scope::place]) {
        places_.set({attempt.place, attempt.axis}, *counters[Scope::place]);
    }
    if (counters[Scope::site]) {
        places_.set(site_key(attempt.axis), *counters[Scope::site]);
    }
}

void LockoutService::note_fallback(bool fallback, const std::string& why) {
    if (std::exchange(on_fallback_, fallback) != fallback && when_fallback_changes) {
        when_fallback_changes(fallback, why);
    }
}

const model::AttemptCounters& LockoutService::counters(const CounterLease& lease) const {
    return names_.get({lease.attempt().identity, lease.attempt().axis}).counters;
}

LockoutService::Snapshot LockoutService::snapshot(const CounterLease& lease) const {
    const Digest& identity = lease.attempt().identity;
    return {names_.get(identity).counters, names_.get({identity, Axis::recovery}).counters};
}

void LockoutService::put_back(const CounterLease& lease, Snapshot counters) {
    set(lease.attempt(), Axis::login, std::move(counters.login));
    set(lease.attempt(), Axis::recovery, std::move(counters.recovery));
}

LockoutService::Changes LockoutService::changes(const CounterLease& lease, Extent extent) {
    const AttemptKey& attempt = lease.attempt();
    std::vector<AttemptChange> of_name;
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        const CounterKey key(attempt.identity, axis);
        if (axis == attempt.axis || !names_.is_durable(key)) {
            of_name.push_back({key, attempt.unknown, names_.get(key).counters});
        }
    }
    std::vector<PlaceChange> of_places;
    for (const CounterKey& key : {CounterKey(attempt.place, attempt.axis), site_key(attempt.axis)}) {
        if (extent == Extent::all || !places_.is_durable(key)) {
            of_places.push_back({key, places_.get(key)});
        }
    }
    const base::Milliseconds now = steady_.now(clock_);
    Changes changes;
    changes.durable = [this, attempt, written = versions(attempt)] {
        names_.durable(attempt.identity, written.login);
        names_.durable({attempt.identity, Axis::recovery}, written.recovery);
        places_.durable({attempt.place, attempt.axis}, written.place);
        places_.durable(site_key(attempt.axis), written.site);
    };
    changes.work = [of_name = std::move(of_name), of_places = std::move(of_places), now](store::WriteTxn& txn) {
        std::for_each(of_name.begin(), of_name.end(), [&](const AttemptChange& change) { put(txn, change); });
        std::for_each(of_places.begin(), of_places.end(), [&](const PlaceChange& change) { put(txn, change); });
        store::MetaTable::put_steady_time(txn, now);
    };
    return changes;
}

void LockoutService::reload(const Digest& identity) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        names_.replace({identity, axis}, stored({identity, axis}, false));
    }
}

std::optional<LockoutService::Changes> LockoutService::unsaved() {
    std::vector<AttemptChange> attempts;
    std::vector<PlaceChange> places;
    std::vector<std::pair<CounterKey, std::uint64_t>> attempt_versions;
    std::vector<std::pair<CounterKey, std::uint64_t>> place_versions;
    for (const CounterKey& key : names_.unsaved()) {
        const Name& name = names_.get(key);
        attempts.push_back({key, name.unknown, name.counters});
        attempt_versions.emplace_back(key, names_.version(key));
    }
    for (const CounterKey& key : places_.unsaved()) {
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
