// SPDX-License-Identifier: LGPL-2.1-or-later
// What an attempt does for those who cannot log in: help and the way back, who somebody says to be, the code in place
// of the password, and the end of a recovery.
#include "daemon/accounts/account_changes.h"
#include "daemon/config/flow_tables.h"
#include "daemon/conversation/attempt.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/self_service.h"
#include "daemon/conversation/steps/identify_step.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/store/acts_table.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <utility>

namespace loquet::conversation {

using protocol::Granted;
using protocol::LockoutEvent;
using protocol::Turn;

namespace {

void forget_proofs(Dialog& dialog) {
    dialog.proved = false;
    dialog.judged = false;
    dialog.generation = 0;
    dialog.renewal.reset();
    dialog.proved_password.reset();
    dialog.states.clear();
    dialog.ticket.reset();
    dialog.holder = 0;
    dialog.proved_steps.clear();
    dialog.proved_here.clear();
    dialog.takes_an_operator.reset();
}

/// The helpdesk is to know of it: who then has a factor removed, and a factor's removal, take two people.
store::Store::Work note_reset(const Subject& subject, base::Milliseconds wall, base::Milliseconds steady) {
    model::Act act;
    act.kind = model::ActKind::reset;
    act.actor = subject.account->public_part.uid.value;
    act.actor_name = subject.name;
    act.wall = wall;
    act.at = steady;
    return [uid = subject.account->public_part.uid, act](store::WriteTxn& txn) {
        (void)store::ActsTable::add(txn, uid, act);
    };
}

} // namespace

base::Task<std::optional<Turn>> Attempt::take_help() {
    const bool is_empty = !answers_.empty() && std::ranges::all_of(answers_, &base::Secret::empty);
    if (is_empty && dialog_.is_first_question && may_leave_for_self_service(dialog_)) {
        auto hinted = std::exchange(dialog_.hinted, true) ? std::nullopt : with_hint(dialog_, context_.texts);
        if (hinted) {
            (void)dialog_.flow.advance(*hinted);
            co_return *std::move(hinted);
        }
        auto changing = change_purpose(protocol::purpose::self_service);
        Turn menu = co_await changing;
        co_return menu;
    }
    dialog_.is_first_question = dialog_.is_first_question && is_empty;
    switch (help_wanted(dialog_, answers_)) {
    case HelpWanted::none:
        co_return std::nullopt;
    case HelpWanted::text: {
        Turn again = with_help(dialog_, context_.texts);
        (void)dialog_.flow.advance(again);
        co_return again;
    }
    case HelpWanted::back:
        break;
    }
    const char* const back = place_before(context_.store, dialog_);
    auto changing = change_purpose(back);
    Turn before = co_await changing;
    co_return before;
}

base::Task<Turn> Attempt::change_purpose(const char* purpose) {
    go_on_with(dialog_, purpose);
    auto beginning = begin();
    Turn turn = co_await beginning;
    co_return turn;
}

base::Task<std::optional<Turn>> Attempt::identify() {
    const std::string_view typed = answers_.at(0).reveal();
    const model::Digest tried = identity_of_try(context_.store, dialog_, typed, context_.steady.now(context_.clock));
    identifying_.emplace(context_.lockout,
                         AttemptKey{tried, true, dialog_.subject.place, false, protocol::Axis::recovery});
    Waited waited;
    for (;;) {
        auto asking = ask_policy(*identifying_, waited);
        Ruling ruling = co_await asking;
        if (ruling.hold.count() > 0) {
            auto waiting = context_.loop.sleep(ruling.hold);
            co_await waiting;
            continue;
        }
        if (ruling.shut()) {
            auto refusing = refuse_identity(*identifying_, std::move(ruling));
            Turn refused = co_await refusing;
            co_return refused;
        }
        break;
    }
    shield(); // what is counted from here on is written, though nobody waits for it
    // A right address is counted like a wrong one: nobody has proved anything yet.
    auto counting = context_.lockout.judge(*identifying_, LockoutEvent::failed, {});
    (void)co_await counting;
    Identity identity = identity_in(context_.store, dialog_, typed, context_.steady.now(context_.clock));
    forget_proofs(dialog_); // whatever somebody proved was of the one before
    dialog_.subject = std::move(identity.subject);
    dialog_.identified = true;
    dialog_.identified_mail = std::move(identity.mail);
    dialog_.waits_as = dialog_.identified_mail
                           ? typed_address(context_.store, *dialog_.identified_mail, dialog_.subject.place)
                           : std::nullopt;
    co_return std::nullopt;
}

base::Task<Turn> Attempt::refuse_identity(const LockoutService::CounterLease& lease, Ruling ruling) {
    shield();
    auto counting = context_.lockout.judge(lease, LockoutEvent::refused, {});
    (void)co_await counting;
    effects_.merge(refused_by(ruling));
    dialog_.flow.end();
    auto committing = commit(lease);
    co_await committing;
    tell();
    co_return effects_.turn;
}

base::Task<void> Attempt::ask_for_rights() {
    const config::Config& settings = dialog_.flows->settings();
    if (dialog_.purpose != protocol::purpose::recover_password || dialog_.takes_an_operator) {
        co_return;
    }
    bool has_rights = false;
    if (!settings.self_service.recover_privileged && context_.has_rights) {
        auto asking =
            context_.has_rights(dialog_.subject.name, settings.helpdesk.privileged_groups, dialog_.subject.place);
        const bool listed = co_await asking;
        has_rights = listed || config::everybody_is_privileged(settings);
    }
    dialog_.takes_an_operator = has_rights;
}

bool Attempt::lacks_an_operator(const std::string& step, const Effects& said) const {
    const auto& ticket = said.resumes ? said.resumes : dialog_.ticket;
    const bool has_one = ticket && ticket->issuer == model::TicketIssuer::helpdesk;
    const bool leads_there = step_named(step).proves() || config::is_step(step, config::StepKind::new_password);
    return dialog_.purpose == protocol::purpose::recover_password && dialog_.takes_an_operator.value_or(false)
           && leads_there && std::holds_alternative<Granted>(said.turn) && !has_one;
}

void Attempt::recover() {
    if (dialog_.ticket) { // before the new password, which raises the generation that it is of
        effects_.writes.insert(effects_.writes.begin(),
                               context_.tickets.use(*dialog_.subject.uid(), *dialog_.ticket, dialog_.holder));
    }
    effects_.writes.push_back(record_of_recovery(dialog_, context_.clock.wall()));
    if (is_told_at_logins(dialog_)) {
        effects_.writes.emplace_back(
            [uid = *dialog_.subject.uid(), wall = context_.clock.wall()](store::WriteTxn& txn) {
                accounts::show_at_logins(txn, uid, model::ScreenEvent::recovered, std::nullopt, wall);
            });
    }
    effects_.writes.push_back(note_reset(dialog_.subject, context_.clock.wall(), context_.steady.now(context_.clock)));
    effects_.needs_durable = true;
    recovers_ = true;
    if (would_let_in_another(dialog_)) { // of whom the program asks about nothing was said
        dialog_.recovered = true;
        dialog_.messages.push_back(
            context_.texts.render(dialog_.client.locale, "self_service.log_in_as", {{"name", dialog_.subject.name}}));
        end_turn(effects_, Granted{}, dialog_);
        dialog_.flow.end();
        return;
    }
    go_on_to_login(dialog_);
}

bool Attempt::may_be_a_code() const {
    return kind_ == Kind::answer && config::is_step(dialog_.flow.step(), config::StepKind::password)
           && may_leave_for_self_service(dialog_) && answers_.size() == 1
           && !recovery::code_in(answers_.front().reveal()).empty();
}

bool Attempt::lost_its_ticket() const {
    const auto uid = dialog_.subject.uid(); // none where the account is taken for an unknown one by now
    return uid && dialog_.ticket && !dialog_.recovered
           && !context_.tickets.holds(*uid, *dialog_.ticket, dialog_.holder);
}

} // namespace loquet::conversation
