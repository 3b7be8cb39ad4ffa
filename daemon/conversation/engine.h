// SPDX-License-Identifier: LGPL-2.1-or-later
// The heart: from a caller's answer to a verdict, read from top to bottom in one coroutine. Sequences the steps of a
// flow, asks the lockout policy, writes everything an answer changed in one durable transaction, and only then tells.
// Loop thread.
//
// What is done for a caller is a task of the engine, which the caller only waits for. Where the caller leaves, cancels
// the dialog, or the service stops, that task is cancelled as long as it waits for its place or a delay; once the
// answer is being judged it is shielded, and counted.
#pragma once

#include "daemon/conversation/account_queue.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/dialog_table.h"
#include "daemon/conversation/evaluation.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/lock_keeper.h"
#include "daemon/conversation/presenter.h"
#include "daemon/notices/notices.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// What begin() gives: a turn, and a dialog where it goes on.
struct Begun {
    std::optional<DialogId> dialog;
    protocol::Turn turn;
};

class Engine {
public:
    struct Dependencies {
        bus::Loop& loop;
        const base::Clock& clock;
        model::SteadyTime& steady;
        store::Store& store;
        const messages::Catalogue& texts;
        outbox::Outbox* outbox = nullptr; ///< nullptr: owners are told nothing
        std::shared_ptr<const FlowSet> flows;
    };
    explicit Engine(const Dependencies& deps);

    /// For dialogs that begin from now on; those that go on keep the set they began with. Its lockout policy judges all
    /// of them at once.
    void use(std::shared_ptr<const FlowSet> flows);

    /// Starts a dialog. `known`: answers that the caller has already (PAM_AUTHTOK), so that one call is enough; used
    /// only when the first question is for the password alone. Throws Error: `invalid` (unknown purpose), `not_found`
    /// (the name is not for this caller, or belongs to another source), `limited` (too many open dialogs).
    base::Task<Begun> begin(std::string purpose, std::string typed_name, Client client, protocol::Answers known);

    /// Judges an answer. Throws Error: `not_found` (no such dialog of this sender), `busy` (an answer is being judged),
    /// `invalid` (not as many answers as were asked).
    base::Task<protocol::Turn> answer(DialogId id, std::string sender, protocol::Answers answers);

    /// Ends a dialog; nothing that was not answered is counted. An answer that still waits fails (unavailable).
    void cancel(DialogId id, const std::string& sender);
    /// A caller left the bus: its dialogs end likewise.
    void forget_caller(std::string_view sender);
    /// Cancels what waits in all dialogs, which take no answer any more, and begins no other: Error (unavailable). What
    /// is being judged goes on to its end.
    void stop();
    [[nodiscard]] bool exists(DialogId id) const { return dialogs_.contains(id); }
    /// Throws Error (not_found) where that sender has no such dialog.
    void require_dialog(DialogId id, std::string_view sender) const { (void)dialogs_.find(id, sender); }

    /// Throws Error (not_found). Waits for the account's evaluations, runs `change` (which may alter its counters in
    /// the store) and takes over what then stands there.
    base::Task<void> with_account_still(model::Uid uid, base::Function<base::Task<void>()> change);

    /// Writes the counters that a refusing disk left in memory; called when it takes writes again.
    void save_left_over();

    /// True while the built-in lockout policy judges, because its plugin is dead.
    [[nodiscard]] bool on_fallback() const noexcept { return keeper_.on_fallback(); }
    /// Called once an account's lock by failures is durable; `until` is on the wall clock, 0 for disabled.
    std::function<void(model::Uid, base::Milliseconds until, const std::string& reason)> on_locked;
    /// Called when the built-in lockout policy begins to judge, with what its plugin did, and when the plugin does
    /// again.
    std::function<void(bool fallback, const std::string& why)> on_fallback_changed;

private:
    [[nodiscard]] Subject find_subject(const std::string& typed_name, const Client& client) const;
    /// The same name as one that nobody has, with counters of its own.
    [[nodiscard]] Subject unknown_subject(const std::string& typed_name, const Client& client) const;
    base::Task<protocol::Turn> account_phase(std::shared_ptr<Dialog> shared);
    base::Task<protocol::Turn> open(Dialog& dialog, protocol::Answers known);
    base::Task<protocol::Turn> start(Dialog& dialog);
    /// Does `work` for the dialog, which then goes on or ends; the result is what its caller may see.
    base::Task<protocol::Turn> carry_on(DialogId id, std::shared_ptr<Dialog> dialog, base::Task<protocol::Turn> work);
    void require_running() const;
    base::Task<void> change_still(std::shared_ptr<base::TaskId> task, model::Digest identity,
                                  base::Function<base::Task<void>()> change);
    base::Task<protocol::Turn> evaluate(Dialog& dialog, protocol::Answers answers);
    base::Task<protocol::Turn> evaluate_alone(Dialog& dialog, const LockKeeper::Hold& hold, Ruling ruling,
                                              protocol::Answers answers);
    /// The one way to a step: of the set that the dialog began with.
    [[nodiscard]] static Step& step_of(const Dialog& dialog, const std::string& name) {
        return dialog.flows->step(name);
    }
    /// As the dialog's caller may see it.
    [[nodiscard]] protocol::Turn present(const Dialog& dialog, protocol::Turn turn) const;
    static void note_proof(Dialog& dialog, bool proved);
    /// The step of that name was granted: what that changed of the account, with its record, and for its owner.
    void note_change(Dialog& dialog, const std::string& granted_step, bool enrolled, Evaluation& evaluation);
    void tell_owner(const Dialog& dialog, model::Notice notice, std::vector<store::Store::Work>& writes);
    /// For which counters an answer has waited, and how long in all.
    struct Waited {
        base::Milliseconds time{0};
        std::optional<model::AttemptCounters> counters;
    };
    /// `hold` of the ruling: to be waited for outside of the account's turn, before it is asked again.
    base::Task<Ruling> may_evaluate(const Dialog& dialog, const LockKeeper::Hold& hold, Waited& waited);
    base::Task<void> walk_on(Dialog& dialog, Evaluation& evaluation);
    base::Task<void> tell_policy(const Dialog& dialog, const LockKeeper::Hold& hold, LockKeeper::Foresight foresight,
                                 Evaluation& evaluation);
    base::Task<void> make_durable(Dialog& dialog, const LockKeeper::Hold& hold, Evaluation& evaluation);
    base::Task<void> write_down(const Dialog& dialog, const LockKeeper::Hold& hold, Evaluation& evaluation);
    void announce(const Dialog& dialog, const Evaluation& evaluation) const;
    void watch_timeout(DialogId id, Dialog& dialog);
    base::Task<void> write_left_over();

    bus::Loop& loop_;
    const base::Clock& clock_;
    model::SteadyTime& steady_;
    store::Store& store_;
    const messages::Catalogue& texts_;
    std::shared_ptr<const FlowSet> flows_;
    std::optional<notices::Notices> notices_; ///< nothing: nothing can be sent
    LockKeeper keeper_;
    AccountQueue queue_;
    DialogTable dialogs_;
    bool stopping_ = false;
    base::TaskGroup background_; ///< the groups last: they die before what their tasks use
    base::TaskGroup work_;       ///< for callers
};

} // namespace loquet::conversation
