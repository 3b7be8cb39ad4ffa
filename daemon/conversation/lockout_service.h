// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the lockout policy, keeps the counters it judges by, and hands them over for the one durable write of an
// attempt. While the policy plugin is dead the strict built-in policy judges on the same counters. Loop thread; two
// questions to the policy never overlap, so no counter is lost between dialogs.
#pragma once

#include "daemon/conversation/counter_cache.h"
#include "daemon/model/counters.h"
#include "daemon/model/ids.h"
#include "daemon/model/steady_time.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/plugin_wire.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::conversation {

/// Whose attempt, from where, at what.
struct AttemptKey {
    model::Digest identity; ///< of the canonical name, or of what was typed
    bool unknown = true;    ///< nobody has the name
    model::Digest place;
    /// A success there shows the owner's own place: not behind somebody else's su, and never on the axis of recovery.
    /// Where it does not, the place is neither added to the known ones nor known for longer.
    bool makes_known = true;
    /// What is counted: each axis has counters of its own. A place is known on both where the owner logged in there.
    model::Axis axis = model::Axis::login;
};

struct Ruling {
    protocol::Verdict verdict = protocol::Verdict::disabled;
    base::Milliseconds wait{0}; ///< for delay and locked: from now
    base::Milliseconds hold{0}; ///< neither evaluated nor refused before: from now
    std::string reason;

    [[nodiscard]] bool shut() const noexcept {
        return verdict == protocol::Verdict::locked || verdict == protocol::Verdict::disabled;
    }
};

class LockoutService {
    struct Name {
        model::AttemptCounters counters;
        bool unknown = true;
        friend bool operator==(const Name&, const Name&) = default;
    };
    using Names = CounterCache<Name>;
    using Places = CounterCache<model::Counter>;

public:
    LockoutService(std::shared_ptr<plugins::LockoutClient> policy, store::Store& store, model::SteadyTime& steady,
                   const base::Clock& clock, base::Executor& loop)
        : policy_(std::move(policy)), store_(store), steady_(steady), clock_(clock), judging_(loop) {}

    /// Another policy, on the same counters: for questions from now on.
    void use(std::shared_ptr<plugins::LockoutClient> policy) { policy_ = std::move(policy); }

    /// Counters stay in memory while one lives.
    class [[nodiscard]] CounterLease {
    public:
        CounterLease(LockoutService& lockout, const AttemptKey& attempt);
        [[nodiscard]] const AttemptKey& attempt() const noexcept { return attempt_; }

    private:
        AttemptKey attempt_;
        // Of the name on both axes: the one has the known places of the other, and both are forgiven at once.
        Names::Held login_;
        Names::Held recovery_;
        Places::Held place_;
        Places::Held site_;
    };

    /// While one lives the account's counters are changed in the store behind the book, on every axis: counters that
    /// could not be saved are not written over that.
    class [[nodiscard]] CounterFreeze {
    public:
        CounterFreeze(LockoutService& lockout, const model::Digest& identity);

    private:
        Names::Held login_;
        Names::Held recovery_;
    };

    /// What the policy says to events that have not happened yet. It is a pure function of the counters: asking it
    /// changes nothing, and what it answers is worth something as long as they stand as they were.
    class PrefetchedRulings;
    /// Asks ahead, so that nobody waits for the policy after what takes long. Does not wait.
    [[nodiscard]] PrefetchedRulings prefetch(const CounterLease& lease,
                                             const std::array<protocol::LockoutEvent, 2>& events);

    /// Judges, and changes the counters in memory at once; asks only what was not known_ahead. Never throws for a dead
    /// plugin.
    base::Task<Ruling> judge(const CounterLease& lease, protocol::LockoutEvent event, PrefetchedRulings prefetched);

    /// The event changes the counters of the name alone, and not once more those of the place and of the site. Never
    /// throws for a dead plugin.
    base::Task<void> count_for_name(const CounterLease& lease, protocol::LockoutEvent event);

    /// Of the attempt's axis.
    [[nodiscard]] const model::AttemptCounters& counters(const CounterLease& lease) const;
    /// The counters of the name on every axis, to be put back where what changed them could not be written.
    struct Snapshot {
        model::AttemptCounters login;
        model::AttemptCounters recovery;
    };
    [[nodiscard]] Snapshot snapshot(const CounterLease& lease) const;
    /// Nobody else's attempt has changed them meanwhile: an account is judged once at a time.
    void put_back(const CounterLease& lease, Snapshot counters);

    // What changes the counters of the name, whichever the attempt's axis is; changes() of the lease makes it durable.

    /// A new password by somebody who may give one: the failures are forgotten on every axis, the known places stay.
    void forget_failures(const CounterLease& lease);
    /// A recovery gave a new password: locks of the login by failures end, of the account and at this place. What was
    /// counted stays and shuts nothing any more; the axis of recovery stays as it is. Where the policy answers with an
    /// error, the strict one's answer is taken. Never throws for a dead plugin.
    base::Task<void> lift(const CounterLease& lease);
    /// The owner proved to be there: locks of the login by failures that would pass with time end, of the account and
    /// at this place. The count of the day stays, and shuts nothing any more; the count in a row stays and goes on.
    /// False where there is none, or one among them that only somebody else may end; then nothing changes.
    base::Task<bool> lift_passing(const CounterLease& lease);
    /// The owner is known nowhere any more: who gave the new password may not be the one who logged in there.
    void forget_known_places(const CounterLease& lease);

    /// The attempt's counters as they stand, for the store; `durable` is to be run once the write is.
    struct Changes {
        store::Store::Work work;
        base::Job durable;
    };
    enum class Extent : std::uint8_t {
        all,     ///< also what did not change, so that the time it takes does not tell a lock from a wrong password
        changed, ///< what the store has not got
    };
    [[nodiscard]] Changes changes(const CounterLease& lease, Extent extent);

    /// The helpdesk's unlock (or an erasure) changed the store behind the book: take over what stands there, on every
    /// axis.
    void reload(const model::Digest& identity);

    /// Counters that a refusing disk left in memory (bounded: every account's, and beyond limits::counted_unknown_names
    /// the newest unknown name gives way), for when it takes writes again; nothing when there are none.
    [[nodiscard]] std::optional<Changes> unsaved();

    /// True while the built-in policy judges.
    [[nodiscard]] bool on_fallback() const noexcept { return on_fallback_; }
    /// Called when that changes, and with the policy's alerts.
    std::function<void(bool on_fallback, const std::string& why)> when_fallback_changes;
    std::function<void(const std::string& text)> on_alert;

private:
    /// The plugin's judgement, or the strict one and why.
    struct Answer {
        protocol::Judgement judgement;
        std::string failure;
    };
    static base::Task<Answer> ask(std::shared_ptr<plugins::LockoutClient> policy, protocol::JudgeRequest request);
    /// Of the counters that an attempt is judged by.
    struct Versions {
        std::uint64_t login = 0;
        std::uint64_t recovery = 0;
        std::uint64_t place = 0;
        std::uint64_t site = 0;
        friend bool operator==(const Versions&, const Versions&) = default;
    };
    [[nodiscard]] Versions versions(const AttemptKey& attempt) const;
    [[nodiscard]] protocol::JudgeRequest question(const AttemptKey& attempt, protocol::LockoutEvent event);
    /// The same of the name's counters alone, without the place's and the site's.
    [[nodiscard]] protocol::JudgeRequest question_about_name(const AttemptKey& attempt, protocol::LockoutEvent event);
    void take_over(const AttemptKey& attempt, protocol::LockoutEvent event, const protocol::ScopedCounters& counters);
    /// What the helpdesk is told of locks by failures: the place's from what the attempt met, and the account's from
    /// what an attempt at any other place would meet. `asked` has what there is to judge by.
    base::Task<void> note_locks(const AttemptKey& attempt, protocol::JudgeRequest asked,
                                const protocol::Judgement& judgement, bool policy_answers);
    void note_fallback(bool fallback, const std::string& why);

    std::shared_ptr<plugins::LockoutClient> policy_;
    store::Store& store_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
    base::AsyncMutex judging_;
    [[nodiscard]] Name stored(const model::CounterKey& identity, bool unknown) const;
    void set(const AttemptKey& attempt, model::Axis axis, model::AttemptCounters counters);

    Names names_;
    Places places_; ///< the site has the digest Digest{}
    bool on_fallback_ = false;
};

class LockoutService::PrefetchedRulings {
public:
    PrefetchedRulings() = default; ///< of nothing

private:
    friend class LockoutService;
    Versions versions_{};
    std::vector<std::pair<protocol::LockoutEvent, base::Future<Answer>>> answers_;
};

} // namespace loquet::conversation
