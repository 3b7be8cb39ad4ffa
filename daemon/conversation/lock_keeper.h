// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the lockout policy, keeps the counters it judges by, and hands them over for the one durable write of an
// attempt. While the policy plugin is dead the strict built-in policy judges on the same counters. Loop thread; two
// questions to the policy never overlap, so no counter is lost between dialogs.
#pragma once

#include "daemon/conversation/counter_book.h"
#include "daemon/model/counters.h"
#include "daemon/model/steady_time.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::conversation {

/// Whose attempt, from where.
struct Attempt {
    model::Digest identity; ///< of the canonical name, or of what was typed
    bool unknown = true;    ///< nobody has the name
    model::Digest place;
    bool makes_known = true; ///< a success there shows the owner's own place; not behind somebody else's su
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

class LockKeeper {
    struct Name {
        model::AttemptCounters counters;
        bool unknown = true;
        friend bool operator==(const Name&, const Name&) = default;
    };
    using Names = CounterBook<Name>;
    using Places = CounterBook<model::Counter>;

public:
    LockKeeper(std::shared_ptr<plugins::LockoutClient> policy, store::Store& store, model::SteadyTime& steady,
               const base::Clock& clock, base::Executor& loop)
        : policy_(std::move(policy)), store_(store), steady_(steady), clock_(clock), judging_(loop) {}

    /// Another policy, on the same counters: for questions from now on.
    void use(std::shared_ptr<plugins::LockoutClient> policy) { policy_ = std::move(policy); }

    /// Counters stay in memory while one lives.
    class [[nodiscard]] Hold {
    public:
        Hold(LockKeeper& keeper, const Attempt& attempt);
        [[nodiscard]] const Attempt& attempt() const noexcept { return attempt_; }

    private:
        Attempt attempt_;
        Names::Held name_;
        Places::Held place_;
        Places::Held site_;
    };

    /// While one lives the account's counters are changed in the store behind the book: what a refusing disk left in
    /// memory is not written over that.
    class [[nodiscard]] Still {
    public:
        Still(LockKeeper& keeper, const model::Digest& identity);

    private:
        Names::Held name_;
    };

    /// What the policy says to events that have not happened yet. It is a pure function of the counters: asking it
    /// changes nothing, and what it answers is worth something as long as they stand as they were.
    class Foresight;
    /// Asks ahead, so that nobody waits for the policy after what takes long. Does not wait.
    [[nodiscard]] Foresight foresee(const Hold& hold, const std::array<protocol::LockoutEvent, 2>& events);

    /// Judges, and changes the counters in memory at once; asks only what was not foreseen. Never throws for a dead
    /// plugin.
    base::Task<Ruling> judge(const Hold& hold, protocol::LockoutEvent event, Foresight foresight);

    [[nodiscard]] const model::AttemptCounters& counters(const Hold& hold) const;
    /// Nobody else's attempt has changed them meanwhile: an account is judged once at a time.
    void put_back(const Hold& hold, model::AttemptCounters counters);
    /// A new password by somebody who may give one: the failures are forgotten, the known places stay.
    void forget_failures(const Hold& hold);

    /// The attempt's counters as they stand, for the store; `durable` is to be run once the write is.
    struct Changes {
        store::Store::Work work;
        base::Job durable;
    };
    enum class Extent : std::uint8_t {
        all,     ///< also what did not change, so that the time it takes does not tell a lock from a wrong password
        changed, ///< what the store has not got
    };
    [[nodiscard]] Changes changes(const Hold& hold, Extent extent);

    /// The helpdesk's unlock (or an erasure) changed the store behind the book: take over what stands there.
    void reload(const model::Digest& identity);

    /// Counters that a refusing disk left in memory (bounded: every account's, and beyond limits::counted_unknown_names
    /// the newest unknown name gives way), for when it takes writes again; nothing when there are none.
    [[nodiscard]] std::optional<Changes> left_over();

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
        std::uint64_t name = 0;
        std::uint64_t place = 0;
        std::uint64_t site = 0;
        friend bool operator==(const Versions&, const Versions&) = default;
    };
    [[nodiscard]] Versions versions(const Attempt& attempt) const;
    [[nodiscard]] protocol::JudgeRequest question(const Attempt& attempt, protocol::LockoutEvent event);
    void take_over(const Attempt& attempt, protocol::LockoutEvent event, const protocol::ScopedCounters& counters);
    /// What the helpdesk is told of locks by failures: the place's from what the attempt met, and the account's from
    /// what an attempt at any other place would meet.
    base::Task<void> note_locks(const Attempt& attempt, const protocol::Judgement& judgement, bool policy_answers);
    void note_fallback(bool fallback, const std::string& why);

    std::shared_ptr<plugins::LockoutClient> policy_;
    store::Store& store_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
    base::AsyncMutex judging_;
    [[nodiscard]] Name stored(const Attempt& attempt) const;

    Names names_;
    Places places_; ///< the site has the key Digest{}
    bool on_fallback_ = false;
};

class LockKeeper::Foresight {
public:
    Foresight() = default; ///< of nothing

private:
    friend class LockKeeper;
    Versions versions_{};
    std::vector<std::pair<protocol::LockoutEvent, base::Future<Answer>>> answers_;
};

} // namespace loquet::conversation
