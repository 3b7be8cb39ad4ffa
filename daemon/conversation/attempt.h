// SPDX-License-Identifier: LGPL-2.1-or-later
// One attempt of a dialog: it begins a flow, answers a step, or polls one that waits. All three go one way, which reads
// from top to bottom: permit, policy, step, next steps, report to the lockout, commit, tell. Loop thread; lives in the
// frame of the coroutine that runs it.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/account_queue.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/lockout_service.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/notices/notices.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/messages/catalogue.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace loquet::conversation {

/// Whether the machine lists somebody of that name, who may be nobody, in one of `groups`. Throws Error: `busy`,
/// `unavailable`.
using HasRights =
    std::function<base::Task<bool>(std::string name, std::vector<std::string> groups, model::Digest place)>;

class Attempt {
public:
    /// What attempts need of the daemon; outlives them.
    struct Context {
        bus::Loop& loop;
        const base::Clock& clock;
        model::SteadyTime& steady;
        store::Store& store;
        const messages::Catalogue& texts;
        LockoutService& lockout;
        const recovery::Tickets& tickets;
        AccountQueue& queue;
        base::TaskGroup& tasks;                   ///< those that are done for callers
        std::optional<notices::Notices>& notices; ///< nothing: nothing can be sent
        /// Called once an account's lock by failures is durable; `until` is on the wall clock, 0 for disabled.
        std::function<void(model::Uid, base::Milliseconds until, const std::string& reason)>& on_locked;
        const HasRights& has_rights;
        base::Milliseconds level; ///< level_reply
    };
    /// From the permit to the reply, where a step that may send is run before a proof: longer than it takes to keep a
    /// message and to hand it to a channel, so that neither shows in the time.
    static constexpr base::Milliseconds level_reply{50};

    Attempt(const Context& context, Dialog& dialog) : context_(context), dialog_(dialog) {}

    /// Begins the steps up to the first question. Before a proof a step that may act then takes the whole way, for
    /// every name; one that only asks (the password) needs no permit, no policy and no write.
    base::Task<protocol::Turn> begin();
    /// Judges an answer.
    base::Task<protocol::Turn> answer(protocol::Answers answers);
    /// Asks a step that waits whether it still does. While it says so, there is no permit, policy or write; what it
    /// says else is judged like an answer, once.
    base::Task<protocol::Turn> poll();
    /// PAM's account management without an authentication by Loquet: what the steps that ask nothing say. Writes
    /// nothing.
    base::Task<protocol::Turn> look();
    /// Ends the dialog with a record and nothing else: what it waited for, or the rest of its flow, never came.
    base::Task<void> give_up(std::string why);

private:
    enum class Kind : std::uint8_t { begin, answer, poll };
    /// For which counters an attempt has waited, and how long in all.
    struct Waited {
        base::Milliseconds time{0};
        std::optional<model::AttemptCounters> counters;
    };

    /// What an answer leads to that is no attempt: help, or the way back; nothing where it is one.
    base::Task<std::optional<protocol::Turn>> take_help();
    base::Task<protocol::Turn> change_purpose(const char* purpose);
    /// Who somebody says to be, judged for the place before anything else is done: everything behind it runs as if the
    /// dialog had begun with that name. A turn where that is refused.
    base::Task<std::optional<protocol::Turn>> identify();
    /// The dialog ends with the policy's refusal, which is recorded.
    base::Task<protocol::Turn> refuse_identity(const LockoutService::CounterLease& lease, Ruling ruling);
    base::Task<Effects> ask_waiting_step();
    /// With the permit: nobody else writes the step's state any more. Where somebody did since it was polled, what it
    /// said is forgotten, and it is asked with the state of now.
    base::Task<void> ask_again_where_outdated();
    base::Task<protocol::Turn> run();
    /// With the permit: the turn, or how long to wait without it first.
    base::Task<std::variant<protocol::Turn, base::Milliseconds>> try_locked(Waited& waited, Waited& waited_for_code);
    /// `hold` of the ruling: to be waited for without the permit, before it is asked again.
    base::Task<Ruling> ask_policy(const LockoutService::CounterLease& lease, Waited& waited) const;
    /// The same where the dialog came by an address: one waits for what was tried under the address, and a lock of
    /// either shuts. What the account's counters would have one wait for would say whose the address is.
    base::Task<Ruling> ask_policies(const LockoutService::CounterLease& lease, Waited& waited);
    /// Counts beside that one under the address, where the dialog came by one.
    void count_under_address(const LockoutService::CounterLease& lease);
    base::Task<protocol::Turn> evaluate_locked(const LockoutService::CounterLease& lease);
    base::Task<void> run_step();
    base::Task<void> run_next_steps();
    /// What the flow said last is the attempt's turn; at a granted login with what was done to the account.
    void end(protocol::Turn turn);
    /// The step on was granted and leads to another flow of the dialog: the ticket's, or a purpose.
    [[nodiscard]] bool leave_flow();
    /// The new password of a recovery: the ticket is spent, and the login goes on.
    void recover();
    /// Before a step of a recovery, once for whom the dialog is about and for every name: whether it takes an operator.
    base::Task<void> ask_for_rights();
    /// What that step grants leads to a new password that takes an operator, and none issued the code that was typed.
    [[nodiscard]] bool lacks_an_operator(const std::string& step, const Effects& said) const;
    base::Task<void> report_to_lockout(const LockoutService::CounterLease& lease);
    /// Of a recovery with its new password: its own failures are over, and the login's locks.
    base::Task<void> lift_locks(const LockoutService::CounterLease& lease);
    /// Of the good end of a flow to unlock: a lock of the login by failures ends, if there is one that may. What is
    /// said is the same.
    base::Task<void> unlock(const LockoutService::CounterLease& lease);
    base::Task<void> commit(const LockoutService::CounterLease& lease);
    base::Task<void> write(const LockoutService::CounterLease& lease);
    void tell() const;

    /// The one way to a step: of the set that the dialog began with.
    [[nodiscard]] Step& step_named(const std::string& name) const { return dialog_.flows->step(name); }
    /// The step on is a proof rather than set up.
    [[nodiscard]] bool proves() const { return step_named(dialog_.flow.step()).proves() && !dialog_.flow.enrols(); }
    /// ... or one where a wrong answer counts all the same.
    [[nodiscard]] bool counts() const { return step_named(dialog_.flow.step()).counts() && !dialog_.flow.enrols(); }
    /// The polled step only keeps something.
    [[nodiscard]] bool still_waits() const { return polled_ && std::holds_alternative<protocol::Wait>(polled_->turn); }
    /// What the step on says is a proof, or a failure that counts.
    [[nodiscard]] bool is_judged() const { return kind_ != Kind::begin && counts() && !still_waits(); }
    [[nodiscard]] bool needs_policy() const;
    /// A step that may send is run in this turn, and nobody has proved who they are; decided by what the steps are,
    /// never by the account.
    [[nodiscard]] bool may_send_unproved() const;
    /// The dialog's, or it as an unknown name where this step is to do nothing for it.
    [[nodiscard]] Subject subject_for(const Step& step) const;
    [[nodiscard]] bool ended() const noexcept { return dialog_.flow.state() == State::ended; }
    void shield();
    /// The answer may be the code of a ticket in place of the password.
    [[nodiscard]] bool may_be_a_code() const;
    /// Another dialog has this one's ticket.
    [[nodiscard]] bool lost_its_ticket() const;
    /// There is no permit: an answer is refused, a poll's outcome is kept for the next poll.
    [[nodiscard]] protocol::Turn end_as_busy();
    void note_proof(bool proved);
    /// The step of that name was granted: what that changed of the account, with its record, and for its owner.
    void note_change(const std::string& granted_step, bool enrolled);
    void tell_owner(model::Notice notice, std::vector<store::Store::Work>& writes) const;

    const Context& context_;
    Dialog& dialog_;
    Kind kind_ = Kind::begin;
    protocol::Answers answers_;
    std::unique_ptr<Effects> polled_; ///< what the polled step said, before there was a permit
    bool step_acts_ = false;          ///< a step that acts is answered or may begin
    Ruling ruling_{
        protocol::Verdict::allow, base::Milliseconds(0), base::Milliseconds(0), {}}; ///< before: may it be evaluated?
    bool refused_ = false;                                                           ///< the ruling was the answer
    std::optional<LockoutService::CounterLease> identifying_; ///< whose counters have to be written as well
    std::optional<LockoutService::CounterLease> by_address_;  ///< likewise: under the address, beside the account
    std::optional<Ruling> login_lock_;                        ///< behind which a code alone is looked for
    LockoutService::PrefetchedRulings prefetched_;
    Effects effects_;
    std::optional<Ruling> consequence_; ///< after a failure: what the next one meets
    /// As they were before the policy heard of the success, which is none while it is not durable.
    std::optional<LockoutService::Snapshot> forgiven_;
    bool recovers_ = false; ///< a recovery's new password is among what is written
    bool outdated_ = false; ///< the account changed while the answer was judged: nothing of it was written
    bool durable_ = false;
};

} // namespace loquet::conversation
