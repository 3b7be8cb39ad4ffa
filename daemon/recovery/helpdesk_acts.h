// SPDX-License-Identifier: LGPL-2.1-or-later
// What an operator may do to somebody's account: alone, for a caller who was verified, or with a second person. A
// caller is verified by a code that goes to a confirmed address of the account and is read out; a second person is
// another operator, who approves what the first one asked for. All of it is kept with the account (model/act.h) and
// survives a restart. Root is the machine's owner and needs neither. Loop thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/act.h"
#include "daemon/model/ids.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/act_permission.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loquet::recovery {

/// From the right code of a caller on, for this operator and this account.
inline constexpr base::Milliseconds verified_for = std::chrono::minutes(10);
/// How long a request waits for the second person, and an approval for the first one.
inline constexpr base::Milliseconds approval_life = std::chrono::minutes(30);

class HelpdeskActs {
public:
    /// All of them outlive this object.
    HelpdeskActs(Tickets& tickets, store::Store& store, const outbox::Outbox& outbox, model::SteadyTime& steady,
                 const base::Clock& clock)
        : tickets_(tickets), store_(store), outbox_(outbox), steady_(steady), clock_(clock) {}

    struct Operator {
        std::uint32_t uid = 0;
        std::string name; ///< empty: nobody knows one
    };
    struct Wanted {
        model::Uid account;
        model::ActKind kind = model::ActKind::reset;
        Operator actor;
        std::string detail; ///< the factor; an approval is for that one alone
        bool privileged = false;
        bool accepts_unverified = false;
    };

    // Those that return a Task are called under the account's permit (Engine::with_account_still).

    struct Grant {
        store::Store::Work done;   ///< for the transaction of the act: it is recorded, and an approval is used up
        base::Milliseconds now{0}; ///< steady clock
        bool at_once = false;      ///< by root, or for a verified caller
    };
    /// Throws Error (denied) with what to do, and leaves a request for a second person, where the operator may not do
    /// it alone.
    base::Task<Grant> permit(Wanted wanted);

    /// A code goes to the account's confirmed address; the caller reads it out. The same once more where it is still
    /// good, at most once a minute. Throws Error: `denied` for the operator's own account, `conflict` where there is no
    /// such address, `unavailable` where nothing can be sent there, `limited` after too many wrong codes in a day.
    base::Task<void> send_code(model::Uid account, model::Medium medium, Operator actor);
    /// The code that the caller read out. Throws Error: `denied` for a wrong one, `conflict` where none is awaited,
    /// `limited` (limits::wrong_caller_codes_a_day).
    base::Task<void> confirm_caller(model::Uid account, Operator actor, base::Secret code);

    /// The request with that number is approved. Throws Error: `not_found`, `conflict` where it waits no more, `denied`
    /// for who asked for it and for the account's own user.
    base::Task<void> approve(model::Uid account, std::uint64_t number, Operator approver);

    /// All that is kept, oldest first; `until` is on the wall clock, and what ended by now is left out.
    [[nodiscard]] std::vector<model::Act> list(model::Uid account) const;

private:
    [[nodiscard]] base::Milliseconds now() const { return steady_.now(clock_); }
    [[nodiscard]] model::Account account_of(model::Uid uid) const;
    [[nodiscard]] std::vector<model::Act> acts_of(model::Uid uid) const;
    [[nodiscard]] model::Act new_act(model::ActKind kind, const Operator& actor) const;
    [[nodiscard]] std::vector<model::Medium> ways_to_verify(const model::Account& account) const;
    void require_tries(std::uint32_t actor) const;
    base::Task<void> leave_request(Wanted wanted, std::string name);

    Tickets& tickets_;
    store::Store& store_;
    const outbox::Outbox& outbox_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
};

} // namespace loquet::recovery
