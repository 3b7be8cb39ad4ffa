// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/engine.h"

#include "daemon/audit/audit_log.h"
#include "daemon/conversation/evaluation.h"
#include "daemon/conversation/flow_parts.h"
#include "daemon/model/account_name.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>
#include <vector>

namespace loquet::conversation {

using base::Error;
using protocol::Answers;
using protocol::Denied;
using protocol::Granted;
using protocol::LockoutEvent;
using protocol::Reason;
using protocol::Turn;
using store::AccountsTable;

namespace {

Attempt attempt_of(const Subject& subject) {
    return {subject.identity, !subject.account, subject.seat};
}

} // namespace

Engine::Engine(const Parts& parts)
    : loop_(parts.loop), clock_(parts.clock), steady_(parts.steady), store_(parts.store), settings_(parts.settings),
      texts_(parts.texts), presenter_(parts.texts, parts.settings),
      steps_(parts.store, parts.hasher, parts.clock, parts.texts, parts.settings, parts.doors),
      keeper_(*parts.doors.lockout, parts.store, parts.steady, parts.clock), background_([](const std::exception_ptr&) {
          log::error(log::id::store_unwritable, "counters kept in memory could not be saved; they are tried again");
      }) {
    log_alarms_of(keeper_);
}

Subject Engine::find_subject(const std::string& typed_name, const Client& client) const {
    const auto canonical = model::canonical_name(typed_name);
    Subject subject;
    subject.name = canonical.value_or(typed_name);
    if (canonical) {
        subject.account = store_.read([&](const store::ReadTxn& txn) { return AccountsTable::named(txn, *canonical); });
    }
    const auto uid = subject.uid();
    const bool theirs = client.is_root() ? !client.account_uid || (uid && uid->value == *client.account_uid)
                                         : uid && uid->value == client.uid;
    if (!theirs) {
        throw Error(Error::Kind::not_found, "this name is not for Loquet to judge for this caller");
    }
    subject.identity = store_.digest(canonical ? store::DigestKind::name : store::DigestKind::identity, subject.name);
    subject.seat = store_.digest(store::DigestKind::seat, client.place());
    return subject;
}

base::Task<Begun> Engine::begin(std::string purpose, std::string typed_name, Client client, Answers known) {
    std::vector<FlowPart> parts = parts_for(settings_, purpose, client);
    dialogs_.require_room(client);
    Subject subject = find_subject(typed_name, client);
    if (is_first_login(store_, purpose, subject, client)) {
        purpose = protocol::purpose::first_login;
        parts = parts_for(settings_, purpose, client);
    }
    const bool needs_account = client.account_phase || is_for_an_owner(purpose);
    if (needs_account && !subject.account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    const auto dialog =
        std::make_shared<Dialog>(std::move(purpose), std::move(client), std::move(subject), std::move(parts));
    if (dialog->client.account_phase) {
        auto looking = account_phase(*dialog);
        Turn turn = co_await looking;
        co_return Begun{std::nullopt, std::move(turn)};
    }
    const DialogId id = dialogs_.add(dialog); // counts from now on, also while its first answer is judged
    auto opening = carry_on(id, *dialog, open(*dialog, std::move(known)));
    Turn turn = co_await opening;
    co_return Begun{dialogs_.contains(id) ? std::optional(id) : std::nullopt, std::move(turn)};
}

base::Task<Turn> Engine::open(Dialog& dialog, Answers known) {
    auto starting = start(dialog);
    Turn turn = co_await starting;
    if (known.size() == 1 && asks_for_the_password_alone(turn)) {
        dialog.machine.run();
        auto judging = evaluate(dialog, std::move(known));
        turn = co_await judging;
    }
    co_return turn;
}

base::Task<Turn> Engine::carry_on(DialogId id, Dialog& dialog, base::Task<Turn> work) {
    Turn turn = Denied{Reason::unavailable, {}, {}};
    try {
        turn = co_await work;
    } catch (...) {
        dialogs_.remove(id);
        throw;
    }
    if (dialog.machine.state() == State::ended) {
        dialogs_.remove(id);
    } else if (dialogs_.contains(id)) {
        watch_timeout(id, dialog);
    }
    co_return presenter_.present(std::move(turn), dialog.client.locale);
}

base::Task<Turn> Engine::account_phase(Dialog& dialog) {
    if (dialog.subject.account->closed.state != model::AccountState::active) {
        co_return Denied{Reason::disabled, {}, {texts_.render(dialog.client.locale, "disabled")}};
    }
    if (dialog.machine.at_end()) {
        co_return Granted{dialog.subject.name, Reason::none, {}};
    }
    Evaluation evaluation;
    auto walking = walk_on(dialog, evaluation);
    co_await walking;
    co_return evaluation.turn;
}

base::Task<Turn> Engine::start(Dialog& dialog) {
    Evaluation evaluation;
    auto walking = walk_on(dialog, evaluation);
    co_await walking;
    if (dialog.machine.state() == State::ended) {
        const LockKeeper::Hold hold(keeper_, attempt_of(dialog.subject));
        auto writing = make_durable(dialog, hold, evaluation);
        co_await writing;
        announce(dialog, evaluation);
    }
    co_return evaluation.turn;
}

base::Task<Turn> Engine::answer(DialogId id, std::string sender, Answers answers) {
    const auto dialog = dialogs_.find(id, sender);
    if (!permitted(dialog->machine.state(), Request::answer)) {
        throw Error(Error::Kind::busy, "an answer is being judged: wait for its reply");
    }
    if (answers.size() != dialog->machine.answers_wanted()) {
        throw Error(Error::Kind::invalid, "this dialog asked for " + std::to_string(dialog->machine.answers_wanted())
                                              + " answers, not " + std::to_string(answers.size()));
    }
    dialog->machine.run();
    dialog->timeout = {};
    auto judging = carry_on(id, *dialog, evaluate(*dialog, std::move(answers)));
    Turn turn = co_await judging;
    co_return turn;
}

base::Task<Turn> Engine::evaluate(Dialog& dialog, Answers answers) {
    if (is_empty_password(dialog.machine, answers)) {
        dialog.machine.end();
        co_return Denied{Reason::refused, {}, {}};
    }
    try {
        const base::Milliseconds asked_at = clock_.boottime();
        auto entering = queue_.enter(dialog.subject.identity, dialog.subject.seat);
        const AccountQueue::Turn place = co_await entering;
        if (clock_.boottime() - asked_at <= limits::longest_queueing) {
            auto judging = evaluate_alone(dialog, std::move(answers));
            Turn turn = co_await judging;
            co_return turn;
        }
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::busy) {
            dialog.machine.end();
            throw;
        }
    }
    dialog.machine.end();
    co_return Denied{Reason::busy, {}, {}};
}

base::Task<Turn> Engine::evaluate_alone(Dialog& dialog, Answers answers) {
    dialog.subject = find_subject(dialog.subject.name, dialog.client); // it may have changed while we waited
    const LockKeeper::Hold hold(keeper_, attempt_of(dialog.subject));
    Step& step = steps_.at(dialog.machine.step());
    Evaluation evaluation;
    LockKeeper::Foresight foresight;
    const bool enrols = dialog.machine.enrols();
    if (step.proves() && !enrols) {
        dialog.judged = true;
        auto asking = may_evaluate(hold);
        evaluation.ruling = co_await asking;
        // Asked while the answer is judged, so that nobody waits for it then; behind a lock as much, to take as long.
        using enum LockoutEvent;
        foresight =
            keeper_.foresee(hold, evaluation.shut() ? std::array{before, before} : std::array{succeeded, failed});
    }
    // Behind a lock the same work is done as for a stranger, and its result means nothing.
    const Subject subject = evaluation.shut() ? dialog.subject.as_stranger() : dialog.subject;
    auto judging = enrols ? step.enrol_answer(dialog, subject, std::move(answers))
                          : step.answer(dialog, subject, std::move(answers));
    StepResult result = co_await judging;
    evaluation.take(evaluation.shut() ? refused_by(evaluation.ruling) : std::move(result));
    if (std::holds_alternative<Granted>(evaluation.turn)) {
        dialog.proved = dialog.proved || (step.proves() && !enrols);
        if (enrols) {
            evaluation.writes.push_back(factor_set_up(dialog, dialog.machine.step(), clock_.wall()));
            evaluation.needs_durable = true;
        }
    }
    auto next = dialog.machine.advance(evaluation.turn);
    if (!next) {
        auto walking = walk_on(dialog, evaluation);
        co_await walking;
    } else {
        evaluation.turn = granted_or(*std::move(next), dialog);
    }
    auto telling = tell_policy(dialog, hold, std::move(foresight), evaluation);
    co_await telling;
    auto writing = make_durable(dialog, hold, evaluation);
    co_await writing;
    announce(dialog, evaluation);
    co_return evaluation.turn;
}

base::Task<Ruling> Engine::may_evaluate(const LockKeeper::Hold& hold) {
    auto judging = keeper_.judge(hold, LockoutEvent::before, {});
    Ruling ruling = co_await judging;
    if (ruling.verdict == protocol::Verdict::delay) {
        if (ruling.wait > limits::longest_held_answer) {
            ruling.verdict = protocol::Verdict::locked;
        } else {
            auto waiting = loop_.sleep(ruling.wait);
            co_await waiting;
        }
    }
    co_return ruling;
}

base::Task<void> Engine::walk_on(Dialog& dialog, Evaluation& evaluation) {
    const auto is_set_up = [&](const std::string& step) { return steps_.at(step).is_set_up(dialog.subject); };
    for (;;) {
        if (!dialog.machine.enter(is_set_up)) {
            evaluation.take(lacks_a_factor());
            dialog.machine.end();
            co_return;
        }
        if (dialog.machine.at_end()) {
            evaluation.turn = granted_or(Granted{}, dialog);
            dialog.machine.end();
            co_return;
        }
        Step& step = steps_.at(dialog.machine.step());
        auto beginning = dialog.machine.enrols() ? step.enrol(dialog) : step.begin(dialog);
        StepResult begun = co_await beginning;
        evaluation.take(std::move(begun));
        auto next = dialog.machine.advance(evaluation.turn);
        if (next) {
            evaluation.turn = granted_or(*std::move(next), dialog);
            co_return;
        }
    }
}

base::Task<void> Engine::tell_policy(const Dialog& dialog, const LockKeeper::Hold& hold,
                                     LockKeeper::Foresight foresight, Evaluation& evaluation) {
    const bool ended = dialog.machine.state() == State::ended;
    if (!ended || !dialog.judged) {
        co_return;
    }
    LockoutEvent event = LockoutEvent::before; // nothing to tell, but the same work
    if (std::holds_alternative<Granted>(evaluation.turn)) {
        event = LockoutEvent::succeeded;
    } else if (evaluation.person_failed) {
        event = LockoutEvent::failed;
    }
    if (event == LockoutEvent::succeeded) {
        evaluation.forgiven = keeper_.counters(hold);
    }
    auto judging = keeper_.judge(hold, event, std::move(foresight));
    const Ruling ruling = co_await judging;
    if (event == LockoutEvent::failed) {
        evaluation.consequence = ruling;
    }
}

base::Task<void> Engine::make_durable(Dialog& dialog, const LockKeeper::Hold& hold, Evaluation& evaluation) {
    const bool steps_wrote = !evaluation.writes.empty();
    if (dialog.machine.state() != State::ended && !steps_wrote) {
        co_return;
    }
    auto writing = write_down(dialog, hold, evaluation);
    co_await writing;
    if (!evaluation.durable && evaluation.needs_durable) {
        evaluation.turn = Denied{Reason::unavailable, {}, {}};
        evaluation.detail.clear();
        dialog.machine.end();
        if (evaluation.forgiven) {
            keeper_.put_back(hold, *std::move(evaluation.forgiven));
        }
    }
    if (!evaluation.durable && steps_wrote && dialog.machine.state() == State::ended) {
        // It may be the steps' part that cannot be written: the attempt counts without it.
        auto writing_again = write_down(dialog, hold, evaluation);
        co_await writing_again;
    }
}

base::Task<void> Engine::write_down(const Dialog& dialog, const LockKeeper::Hold& hold, Evaluation& evaluation) {
    std::vector<store::Store::Work> pieces = std::exchange(evaluation.writes, {});
    LockKeeper::Changes counters;
    if (dialog.machine.state() == State::ended) {
        const bool granted = std::holds_alternative<Granted>(evaluation.turn);
        counters = keeper_.changes(hold, granted ? LockKeeper::Extent::changed : LockKeeper::Extent::all);
        pieces.push_back(std::move(counters.work));
        pieces.push_back(record_of(dialog, evaluation, clock_.wall()));
    }
    try {
        auto writing = store_.write(all_of(std::move(pieces)));
        co_await writing;
        evaluation.durable = true;
        if (counters.durable) {
            counters.durable();
        }
    } catch (const std::exception& error) {
        log::error(log::id::store_unwritable,
                   std::string("an attempt could not be recorded; counters go on in memory: ") + error.what());
    }
}

void Engine::announce(const Dialog& dialog, const Evaluation& evaluation) const {
    if (dialog.machine.state() != State::ended) {
        return;
    }
    log_outcome(dialog, evaluation);
    const auto uid = dialog.subject.uid();
    if (evaluation.durable && evaluation.consequence && evaluation.consequence->shut() && uid && on_locked) {
        const bool timed = evaluation.consequence->verdict == protocol::Verdict::locked;
        on_locked(*uid, timed ? clock_.wall() + evaluation.consequence->wait : base::Milliseconds(0),
                  evaluation.consequence->reason);
    }
}

void Engine::cancel(DialogId id, const std::string& sender) {
    const auto dialog = dialogs_.find(id, sender);
    dialogs_.remove(id);
}

void Engine::forget_caller(std::string_view sender) {
    dialogs_.remove_all_of(sender);
}

void Engine::watch_timeout(DialogId id, Dialog& dialog) {
    dialog.timeout = loop_.after(settings_.conversation.timeout, [this, id] { dialogs_.remove(id); });
}

base::Task<void> Engine::with_account_still(model::Uid uid, base::Function<base::Task<void>()> change) {
    const auto account = store_.read([&](const store::ReadTxn& txn) { return AccountsTable::open(txn, uid); });
    if (!account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    const model::Digest identity = store_.digest(store::DigestKind::name, account->name);
    auto entering = queue_.enter_for_maintenance(identity);
    const AccountQueue::Turn place = co_await entering;
    const LockKeeper::Still still(keeper_, identity);
    auto changing = change();
    co_await changing;
    keeper_.reload(identity);
}

void Engine::save_left_over() {
    background_.spawn(write_left_over());
}

base::Task<void> Engine::write_left_over() {
    auto changes = keeper_.left_over();
    if (!changes) {
        co_return;
    }
    auto writing = store_.write(std::move(changes->work));
    co_await writing;
    changes->durable();
}

} // namespace loquet::conversation
