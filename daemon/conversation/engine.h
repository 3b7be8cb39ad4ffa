// SPDX-License-Identifier: LGPL-2.1-or-later
// The dialogs and their callers: who may begin, answer, poll or end one, and how long it may take. What an answer does
// is an Attempt (attempt.h). Also the helpdesk's changes of an account between two attempts. Loop thread.
//
// What is done for a caller is a task of the engine, which the caller only waits for. Where the caller leaves, cancels
// the dialog, or the service stops, that task is cancelled as long as it waits for its place or a delay; once the
// answer is being judged it is shielded, and counted.
#pragma once

#include "daemon/conversation/account_queue.h"
#include "daemon/conversation/attempt.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/lockout_service.h"
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
        const recovery::Tickets& tickets;
        outbox::Outbox* outbox = nullptr; ///< nullptr: owners are told nothing
        std::shared_ptr<const FlowSet> flows;
        HasRights has_rights = {};                             ///< nothing: nobody has
        base::Milliseconds level_reply = Attempt::level_reply; ///< another one only where nobody measures it
    };
    explicit Engine(const Dependencies& deps);

    /// For dialogs that begin from now on; those that go on keep the set they began with. Its lockout policy judges all
    /// of them at once.
    void use(std::shared_ptr<const FlowSet> flows);

    /// Starts a dialog. `known`: answers that the caller has already (PAM_AUTHTOK), so that one call is enough; used
    /// only when the first question is for the password alone. Throws Error: `invalid` (unknown purpose), `denied`
    /// (self-service is not for this caller), `not_found` (the name is not for this caller, or belongs to another
    /// source), `limited` (too many open dialogs).
    base::Task<Begun> begin(std::string purpose, std::string typed_name, Client client, protocol::Answers known);

    /// Judges an answer, or without answers polls a step that waits. Throws Error: `not_found` (no such dialog of this
    /// sender), `busy` (an answer is being judged), `invalid` (not as many answers as were asked).
    base::Task<protocol::Turn> answer(DialogId id, std::string sender, protocol::Answers answers);

    /// Ends a dialog; nothing that was not answered is counted. An answer that still waits fails (unavailable). Where
    /// somebody proved who they are and went no further, that is recorded.
    void cancel(DialogId id, const std::string& sender);
    /// A caller left the bus: its dialogs end likewise.
    void forget_caller(std::string_view sender);
    /// Cancels what waits in all dialogs, which take no answer any more, and begins no other: Error (unavailable). What
    /// is being judged goes on to its end.
    void stop();
    [[nodiscard]] bool exists(DialogId id) const { return dialogs_.contains(id); }
    /// Those that it knows: not one whose begin may still end it.
    [[nodiscard]] std::vector<DialogId> dialogs_of(std::string_view sender) const {
        std::vector<DialogId> known = dialogs_.all_of(sender);
        std::erase_if(known, [&](DialogId id) { return !dialogs_.find(id, sender)->announced; });
        return known;
    }
    /// Throws Error (not_found) where that sender has no such dialog.
    void require_dialog(DialogId id, std::string_view sender) const { (void)dialogs_.find(id, sender); }

    /// Throws Error (not_found). Waits for the account's evaluations, runs `change` (which may alter its counters in
    /// the store) and takes over what then stands there.
    base::Task<void> with_account_still(model::Uid uid, base::Function<base::Task<void>()> change);

    /// Writes the counters that a refusing disk left in memory; called when it takes writes again.
    void save_unsaved();

    /// True while the built-in lockout policy judges, because its plugin is dead.
    [[nodiscard]] bool on_fallback() const noexcept { return lockout_.on_fallback(); }
    /// Called when a dialog that goes on is given to its caller (true), and when it is over while the caller is there.
    std::function<void(DialogId, const std::string& caller, bool there)> on_dialog;
    /// Called once an account's lock by failures is durable; `until` is on the wall clock, 0 for disabled.
    std::function<void(model::Uid, base::Milliseconds until, const std::string& reason)> on_locked;
    /// Called when the built-in lockout policy begins to judge, with what its plugin did, and when the plugin does
    /// again.
    std::function<void(bool fallback, const std::string& why)> on_fallback_changed;

private:
    /// As the dialog's caller may see it.
    [[nodiscard]] protocol::Turn present(const Dialog& dialog, protocol::Turn turn) const;
    base::Task<protocol::Turn> account_phase(std::shared_ptr<Dialog> dialog);
    base::Task<protocol::Turn> open(std::shared_ptr<Dialog> dialog, protocol::Answers known);
    base::Task<protocol::Turn> go_on(std::shared_ptr<Dialog> dialog, protocol::Answers answers);
    base::Task<protocol::Turn> give_up(std::shared_ptr<Dialog> dialog, std::string why);
    /// Does `work` for the dialog, which then goes on or ends; the result is what its caller may see, not before
    /// `level` unless somebody has proved who they are.
    base::Task<protocol::Turn> finish_turn(DialogId id, std::shared_ptr<Dialog> dialog, base::Task<protocol::Turn> work,
                                           std::optional<base::Future<void>> level);
    /// Takes it out of the table; nothing where it was not there.
    std::shared_ptr<Dialog> drop(DialogId id);
    /// The dialog is not in the table any more. What is done for it is cancelled, unless it counts already.
    void abandon(const std::shared_ptr<Dialog>& dialog, const char* why);
    /// A right proof that is not followed to its end is an event of its own.
    void note_unfinished(const std::shared_ptr<Dialog>& dialog, const char* why);
    base::Task<void> record_unfinished(std::shared_ptr<Dialog> dialog, std::string why);
    void watch_timeout(DialogId id, Dialog& dialog);
    void require_running() const;
    base::Task<void> change_still(std::shared_ptr<base::TaskId> task, model::Digest identity,
                                  base::Function<base::Task<void>()> change);
    base::Task<void> write_unsaved();

    bus::Loop& loop_;
    const base::Clock& clock_;
    model::SteadyTime& steady_;
    store::Store& store_;
    const messages::Catalogue& texts_;
    HasRights has_rights_;
    base::Milliseconds level_reply_;
    std::shared_ptr<const FlowSet> flows_;
    std::optional<notices::Notices> notices_; ///< nothing: nothing can be sent
    LockoutService lockout_;
    AccountQueue queue_;
    DialogTable dialogs_;
    Attempt::Context context_;
    bool stopping_ = false;
    bool saving_ = false;        ///< what is unsaved is being written
    base::TaskGroup background_; ///< the groups last: they die before what their tasks use
    base::TaskGroup work_;       ///< for callers
};

} // namespace loquet::conversation
