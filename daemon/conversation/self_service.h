// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways of those who cannot log in, from one purpose of a dialog to the next: an empty answer, the menu, the code of
// a ticket, a new password, the login that goes on. What they change is the dialog. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/recovery/tickets.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// Root's program is one of [self_service], and the site has a flow for a forgotten password, or to unlock.
[[nodiscard]] bool offers_self_service(const config::Config& settings, const Client& client);

/// Of the ticket that a flow of this purpose issues. Throws Error (internal) for one that issues none.
[[nodiscard]] model::TicketType type_of_ticket(const std::string& purpose);

/// Those whose code the dialog takes: of its own purpose, or of all that the site has a flow for, where any code may be
/// typed. Decided by the purpose and the site, never by the account.
[[nodiscard]] std::vector<model::TicketType> accepted_tickets(const Dialog& dialog);

/// The first question of a login may be left for self-service: by empty answers, or by a code in place of the password.
[[nodiscard]] bool may_leave_for_self_service(const Dialog& dialog);

/// Throws Error (denied) for a purpose of self-service where that is not offered to this caller.
void require_may_begin(const config::Config& settings, const std::string& purpose, const Client& client);

/// The language of the menu where what was typed at a login is a name that opens it ([self_service] names), in any case
/// or width, and neither an account nor another source has it; nothing else.
[[nodiscard]] std::optional<std::string> menu_language(const store::Store& store, const config::Config& settings,
                                                       const std::string& purpose, const std::string& typed,
                                                       const Client& client);

/// A mail address may stand there in place of a name.
[[nodiscard]] bool takes_an_address(const config::Config& settings, const Client& client);

/// The name that somebody means where a program asks for it: at a program of [self_service] that root runs and that
/// takes the name back, the one account that has the typed mail address confirmed, unless locks are told there. Else
/// what was typed, an address in its canonical form; a name holds no
/// '@' (model::canonical_name), so no address is somebody else's name.
[[nodiscard]] std::string name_meant(const store::Store& store, const config::Config& settings,
                                     const std::string& typed, const Client& client, base::Milliseconds steady);

/// How long nobody may answer: the next person at the seat is not to find a recovery that somebody left.
[[nodiscard]] base::Milliseconds patience_with(const Dialog& dialog);

/// What is asked now, and how one gets help. Nothing where nothing is asked.
[[nodiscard]] std::optional<protocol::Ask> with_hint(const Dialog& dialog, const messages::Catalogue& texts);

/// Whether somebody asked for help at a visible prompt of self-service, before anything was proved: "?" for a text, "<"
/// to go back.
enum class HelpWanted : std::uint8_t { none, text, back };
[[nodiscard]] HelpWanted help_wanted(const Dialog& dialog, const protocol::Answers& answers);

/// What is asked now, under a line that says whom to call.
[[nodiscard]] protocol::Ask with_help(const Dialog& dialog, const messages::Catalogue& texts);

/// Where "<" leads to: from the menu to the login's first question, about whom the program asks; and else to the menu.
[[nodiscard]] const char* place_before(const store::Store& store, Dialog& dialog);

/// The refusal where the dialog's ticket is with another dialog, or not valid any more.
[[nodiscard]] Effects refused_without_ticket(bool elsewhere, const messages::Catalogue& texts,
                                             const std::string& locale);

/// The dialog goes on with that purpose from its beginning, about the same person.
void go_on_with(Dialog& dialog, const std::string& purpose);

/// A ticket's code was right: the dialog goes on behind the step that issued it, in the flow as it reads now; what was
/// not proved in between is asked. The dialog has the ticket from now on.
void resume(Dialog& dialog, const recovery::Tickets::Match& ticket);

/// The forgotten password has a new one: the login goes on without a question for the password, and without one for a
/// factor that was proved where two methods were (recovery.md, 5).
void go_on_to_login(Dialog& dialog);

/// By what somebody in a recovery has proved who they are; "helpdesk" stands for an operator's word.
[[nodiscard]] config::Proof methods_of(const config::Config& settings, const std::vector<std::string>& proved);

/// `items` without what was proved: each proof counts once.
[[nodiscard]] std::vector<FlowItem> without_proved(std::vector<FlowItem> items, std::vector<std::string> proved);

/// Its owner may hear of a recovery from nobody but who did it: the only address got the code, or an operator read it
/// out.
[[nodiscard]] bool is_told_at_logins(const Dialog& dialog);

/// One more unlock by the owner, for its transaction. `now` is of the steady clock.
[[nodiscard]] store::Store::Work count_unlock(model::Uid account, base::Milliseconds now);

/// The record of a recovery: by what it was proved.
[[nodiscard]] store::Store::Work record_of_recovery(const Dialog& dialog, base::Milliseconds wall);

} // namespace loquet::conversation
