// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/lock_keeper.h"

#include "daemon/conversation/fallback_policy.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace loquet::conversation {

using model::Digest;
using protocol::Scope;
using store::CountersTable;

namespace {

const Digest site_key{};
/// Accounts are no strangers' invention: their counters never give way to those of names that nobody has.
constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

struct AttemptChange {
    Digest identity;
    bool stranger;
    model::AttemptCounters counters;
};
struct SeatChange {
    Digest seat;
    model::Counter counter;
};

void put(store::WriteTxn& txn, const AttemptChange& change) {
    const auto whose = change.stranger ? CountersTable::Whose::stranger : CountersTable::Whose::account;
    CountersTable::put_attempts(txn, change.identity, whose, change.counters);
}

void put(store::WriteTxn& txn, const SeatChange& change) {
    if (change.seat == site_key) {
        CountersTable::put_site(txn, change.counter);
    } else {
        CountersTable::put_seat(txn, change.seat, change.counter);
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

LockKeeper::Hold::Hold(LockKeeper& keeper, const Attempt& attempt)
    : attempt_(attempt),
      name_(keeper.names_, attempt.identity, attempt.stranger ? limits::counted_strangers : any_number,
            [&] { return keeper.stored(attempt); }),
      seat_(keeper.seats_, attempt.seat, limits::counted_seats,
            [&] {
                return keeper.store_.read(
                    [&](const store::ReadTxn& txn) { return CountersTable::seat(txn, attempt.seat); });
            }),
      site_(keeper.seats_, site_key, any_number,
            [&] { return keeper.store_.read([](const store::ReadTxn& txn) { return CountersTable::site(txn); }); }) {}

LockKeeper::Still::Still(LockKeeper& keeper, const Digest& identity)
    : name_(keeper.names_, identity, any_number, [&] { return keeper.stored({identity, false, {}}); }) {}

LockKeeper::Name LockKeeper::stored(const Attempt& attempt) const {
    return {store_.read([&](const store::ReadTxn& txn) { return CountersTable::attempts(txn, attempt.identity); }),
            attempt.stranger};
}

protocol::JudgeRequest LockKeeper::question(const Attempt& attempt, protocol::LockoutEvent event) {
    protocol::JudgeRequest request;
    request.event = event;
    request.now = steady_.now(clock_);
    request.boot_id = clock_.boot_id();
    const model::AttemptCounters& counters = names_.get(attempt.identity).counters;
    request.counters[Scope::account] = counters.account;
    request.counters[Scope::account_seat] = counters.seat(attempt.seat);
    if (const auto* known = counters.known_place(attempt.seat)) {
        request.counters[Scope::known_place] = known->counter;
    }
    request.counters[Scope::seat] = seats_.get(attempt.seat);
    request.counters[Scope::site] = seats_.get(site_key);
    return request;
}

base::Task<LockKeeper::Answer> LockKeeper::ask(plugins::LockoutClient& policy, protocol::JudgeRequest request) {
    Answer answer;
    try {
        auto asked = policy.judge(request);
        answer.judgement = co_await asked;
    } catch (const base::Error& error) {
        answer.failure = error.what();
        answer.judgement = judge_strictly(request);
    }
    co_return answer;
}

LockKeeper::Versions LockKeeper::versions(const Attempt& attempt) const {
    return {names_.version(attempt.identity), seats_.version(attempt.seat), seats_.version(site_key)};
}

LockKeeper::Foresight LockKeeper::foresee(const Hold& hold, const std::array<protocol::LockoutEvent, 2>& events) {
    Foresight foresight;
    foresight.versions_ = versions(hold.attempt());
    for (const protocol::LockoutEvent event : events) {
        foresight.answers_.emplace_back(event, base::started(ask(policy_, question(hold.attempt(), event))));
    }
    return foresight;
}

base::Task<Ruling> LockKeeper::judge(const Hold& hold, protocol::LockoutEvent event, Foresight foresight) {
    auto turn = judging_.lock();
    const base::AsyncMutex::Guard alone = co_await turn;
    auto& foreseen = foresight.answers_;
    const auto same =
        std::find_if(foreseen.begin(), foreseen.end(), [&](const auto& one) { return one.first == event; });
    const bool counts = same != foreseen.end() && foresight.versions_ == versions(hold.attempt());
    auto asking = counts ? std::move(same->second) : base::started(ask(policy_, question(hold.attempt(), event)));
    const Answer answer = co_await asking;
    const protocol::Judgement& judgement = answer.judgement;
    note_fallback(!answer.failure.empty(), answer.failure);
    take_over(hold.attempt(), event, judgement.counters);
    if (event == protocol::LockoutEvent::failed || event == protocol::LockoutEvent::refused) {
        auto noting = note_locks(hold.attempt(), judgement, answer.failure.empty());
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

base::Task<void> LockKeeper::note_locks(const Attempt& attempt, const protocol::Judgement& judgement,
                                        bool policy_answers) {
    protocol::JudgeRequest elsewhere = question(attempt, protocol::LockoutEvent::before);
    for (const Scope scope : {Scope::account_seat, Scope::seat, Scope::known_place}) {
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
    attempts.set_seat_lock(attempt.seat, lock_of(judgement));
    names_.set(attempt.identity, {std::move(attempts), attempt.stranger});
}

void LockKeeper::forget_failures(const Hold& hold) {
    model::AttemptCounters counters = names_.get(hold.attempt().identity).counters;
    (void)counters.forget_failures();
    names_.set(hold.attempt().identity, {std::move(counters), hold.attempt().stranger});
}

void LockKeeper::take_over(const Attempt& attempt, protocol::LockoutEvent event,
                           const protocol::ScopedCounters& counters) {
    model::AttemptCounters attempts = names_.get(attempt.identity).counters;
    if (counters[Scope::account]) {
        attempts.account = *counters[Scope::account];
    }
    // A seat that never failed nor succeeded needs no place in the list.
    if (counters[Scope::account_seat] && *counters[Scope::account_seat] != attempts.seat(attempt.seat)) {
        attempts.set_seat(attempt.seat, *counters[Scope::account_seat]);
    }
    if (counters[Scope::known_place]) {
        attempts.set_known(attempt.seat, *counters[Scope::known_place]);
    }
    if (event == protocol::LockoutEvent::succeeded) {
        if (attempt.makes_known) {
            const auto* known = attempts.known_place(attempt.seat);
            attempts.note_success(attempt.seat, known != nullptr ? known->counter : attempts.seat(attempt.seat),
                                  steady_.now(clock_).count());
        }
        attempts.set_seat_lock(attempt.seat, {});
        if (!attempts.account.disabled && attempts.lock.endless) {
            attempts.lock = {};
        }
    }
    names_.set(attempt.identity, {std::move(attempts), attempt.stranger});
    if (counters[Scope::seat]) {
        seats_.set(attempt.seat, *counters[Scope::seat]);
    }
    if (counters[Scope::site]) {
        seats_.set(site_key, *counters[Scope::site]);
    }
}

void LockKeeper::note_fallback(bool fallback, const std::string& why) {
    if (std::exchange(on_fallback_, fallback) != fallback && when_fallback_changes) {
        when_fallback_changes(fallback, why);
    }
}

const model::AttemptCounters& LockKeeper::counters(const Hold& hold) const {
    return names_.get(hold.attempt().identity).counters;
}

void LockKeeper::put_back(const Hold& hold, model::AttemptCounters counters) {
    names_.set(hold.attempt().identity, {std::move(counters), hold.attempt().stranger});
}

LockKeeper::Changes LockKeeper::changes(const Hold& hold, Extent extent) {
    const Attempt& attempt = hold.attempt();
    AttemptChange of_attempt{attempt.identity, attempt.stranger, names_.get(attempt.identity).counters};
    std::vector<SeatChange> of_seats;
    for (const Digest& key : {attempt.seat, site_key}) {
        if (extent == Extent::all || !seats_.is_durable(key)) {
            of_seats.push_back({key, seats_.get(key)});
        }
    }
    const base::Milliseconds now = steady_.now(clock_);
    Changes changes;
    changes.durable = [this, attempt, written = versions(attempt)] {
        names_.durable(attempt.identity, written.name);
        seats_.durable(attempt.seat, written.seat);
        seats_.durable(site_key, written.site);
    };
    changes.work = [of_attempt = std::move(of_attempt), of_seats = std::move(of_seats), now](store::WriteTxn& txn) {
        put(txn, of_attempt);
        std::for_each(of_seats.begin(), of_seats.end(), [&](const SeatChange& change) { put(txn, change); });
        store::MetaTable::put_steady_time(txn, now);
    };
    return changes;
}

void LockKeeper::reload(const Digest& identity) {
    names_.replace(identity, stored({identity, false, {}}));
}

std::optional<LockKeeper::Changes> LockKeeper::left_over() {
    std::vector<AttemptChange> attempts;
    std::vector<SeatChange> seats;
    std::vector<std::pair<Digest, std::uint64_t>> attempt_versions;
    std::vector<std::pair<Digest, std::uint64_t>> seat_versions;
    for (const Digest& key : names_.left_over()) {
        const Name& name = names_.get(key);
        attempts.push_back({key, name.stranger, name.counters});
        attempt_versions.emplace_back(key, names_.version(key));
    }
    for (const Digest& key : seats_.left_over()) {
        seats.push_back({key, seats_.get(key)});
        seat_versions.emplace_back(key, seats_.version(key));
    }
    if (attempts.empty() && seats.empty()) {
        return std::nullopt;
    }
    Changes changes;
    changes.work = [attempts = std::move(attempts), seats = std::move(seats)](store::WriteTxn& txn) {
        std::for_each(attempts.begin(), attempts.end(), [&](const AttemptChange& change) { put(txn, change); });
        std::for_each(seats.begin(), seats.end(), [&](const SeatChange& change) { put(txn, change); });
    };
    changes.durable = [this, attempt_versions, seat_versions] {
        for (const auto& [key, version] : attempt_versions) {
            names_.durable(key, version);
        }
        for (const auto& [key, version] : seat_versions) {
            seats_.durable(key, version);
        }
    };
    return changes;
}

} // namespace loquet::conversation
