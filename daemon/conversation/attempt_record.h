// SPDX-License-Identifier: LGPL-2.1-or-later
// What an attempt leaves behind: its audit record, what it writes of the account, and the lines of the log; and the
// small judgements on the way there. Pure but for the log. Loop thread.
#pragma once

#include "daemon/conversation/dialog.h"
#include "daemon/conversation/lockout_service.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/model/audit_event.h"
#include "lib/messages/catalogue.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// An empty password asks for help, it guesses nothing: it is refused without being judged or counted.
[[nodiscard]] bool is_empty_password(const FlowState& flow, const protocol::Answers& answers);

/// The answers that a caller had before it was asked fit only this question.
[[nodiscard]] bool asks_for_the_password_alone(const protocol::Turn& turn);

/// The dialog as the lockout policy counts it.
[[nodiscard]] AttemptKey key_of(const Dialog& dialog, protocol::Axis axis);
[[nodiscard]] protocol::Axis axis_of(const Dialog& dialog);

/// A refusal by the policy, with its rule for the audit and the time left.
[[nodiscard]] Effects refused_by(const Ruling& ruling);

/// The flow wants more factors than the person has set up; that is nobody's failed guess.
[[nodiscard]] Effects lacks_a_factor();

/// Where the account takes no proof (nobody has the name, or it is locked or disabled) a right one is denied, a failure
/// like a wrong answer. `shown_nothing`: the step was run as for an unknown name, and cannot say why it denies.
void deny_if_inactive(Effects& effects, const Subject& subject, bool shown_nothing);

/// In place of what a step granted somebody with rights over the machine: a failure like a wrong code.
[[nodiscard]] Effects refused_without_an_operator(const Effects& granted);

/// The account is not what the dialog's proof was given for: since then it was locked, disabled, given another password
/// or removed. That is nobody's failed guess.
[[nodiscard]] bool is_outdated(const Dialog& dialog);
[[nodiscard]] Effects refused_as_outdated();
/// Thrown by a transaction where that happened in the meantime.
class AccountChanged : public base::Error {
public:
    AccountChanged() : Error(Kind::conflict, "the account changed while an answer was judged") {}
};
[[nodiscard]] store::Store::Work fails_if_outdated(const Dialog& dialog);

/// The program opens a session for the name that it began with, or for that of another source that has it: it does not
/// go on with whom the dialog is about.
[[nodiscard]] bool would_let_in_another(const Dialog& dialog);

/// The turn that ended the flow, or goes on with it. A granted end says who it is and what the account phase must know;
/// it is refused where it would let in another account than the program began with, because one that does not take
/// the name back would open the session of the first for the second.
void end_turn(Effects& effects, protocol::Turn turn, const Dialog& dialog);

/// Who and where, for an audit record; what happened is the caller's to say.
[[nodiscard]] model::AuditEvent event_in(const Dialog& dialog, base::Milliseconds wall);

/// A login says what was done to the account: among what is shown when it is granted. Not where the password was
/// replaced in this very dialog, nor where the program shows nothing behind its last question.
void add_notices(Dialog& dialog, const messages::Catalogue& texts);

/// The audit record; and where it was a login, its time, that the place is trusted, and that it showed the notices that
/// it did: each is shown at limits::notice_screens logins.
[[nodiscard]] store::Store::Work record_of(const Dialog& dialog, const Effects& effects, base::Milliseconds wall,
                                           base::Milliseconds steady);

/// The account has the factor now; with a record of its own.
[[nodiscard]] store::Store::Work factor_set_up(const Dialog& dialog, const std::string& factor,
                                               base::Milliseconds wall);

/// The stronger hash of the password that was proved, at the granted end of a dialog; nothing where the account is not
/// what it was. Nothing to do where the dialog has none, or its end lets nobody in yet.
[[nodiscard]] store::Store::Work renewed_hash(const Dialog& dialog);

/// All pieces in one transaction, in order.
[[nodiscard]] store::Store::Work all_of(std::vector<store::Store::Work> pieces);

/// For the operator: whether the policy answers, and what it warns of. `tell` hears of the first.
void log_alarms_of(LockoutService& lockout, std::function<void(bool fallback, const std::string& why)> tell);

/// For the operator: a lock by failures begins.
void log_lock(const Dialog& dialog, const Ruling& lock);

/// For the operator: who, where, and the precise reason.
void log_outcome(const Dialog& dialog, const Effects& effects);

} // namespace loquet::conversation
