// SPDX-License-Identifier: LGPL-2.1-or-later
// The half of the engine that judges an answer: asks the policy, walks the steps, writes what followed, and tells.
#include "daemon/conversation/engine.h"
#include "daemon/conversation/evaluation.h"
#include "daemon/conversation/place_trust.h"
#include "daemon/conversation/typed_text.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"

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

base::Task<Turn> Engine::evaluate(Dialog& dialog, Answers answers) {
    if (is_empty_password(dialog.machine, answers)) {
        dialog.machine.end();
        co_return Denied{Reason::refused, {}, {}};
    }
    if (std::any_of(answers.begin(), answers.end(), is_sshd_placeholder)) {
        dialog.as_unknown = true;
        dialog.subject = unknown_subject(dialog.subject.name, dialog.client);
    }
    try {
        Waited waited;
        const base::Milliseconds asked_at = clock_.boottime();
        for (;;) {
            base::Milliseconds wait{0};
            {
                auto entering = queue_.enter(dialog.subject.identity, dialog.subject.place);
                const AccountQueue::Turn place = co_await entering;
                if (clock_.boottime() - asked_at - waited.time > limits::longest_queueing) {
                    break;
                }
                if (!dialog.as_unknown) {
                    dialog.subject = find_subject(dialog.subject.name, dialog.client); // it may have changed meanwhile
                }
                const LockKeeper::Hold hold(keeper_, attempt_of(dialog));
                auto asking = may_evaluate(dialog, hold, waited);
                const Ruling ruling = co_await asking;
                wait = ruling.hold;
                if (wait.count() == 0) {
                    auto judging = evaluate_alone(dialog, hold, ruling, std::move(answers));
                    Turn turn = co_await judging;
                    co_return turn;
                }
            }
            // Others have their turn meanwhile: who has to wait at one place keeps nobody waiting at another.
            auto waiting = loop_.sleep(wait);
            co_await waiting;
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

base::Task<Turn> Engine::evaluate_alone(Dialog& dialog, const LockKeeper::Hold& hold, Ruling ruling, Answers answers) {
    // What was asked; a choice moves the machine while it is answered.
    const std::string asked_step = dialog.machine.step();
    const bool enrols = dialog.machine.enrols();
    Step& step = step_of(dialog, asked_step);
    Evaluation evaluation;
    LockKeeper::Foresight foresight;
    if (step.proves() && !enrols) {
        dialog.judged = true;
        evaluation.ruling = std::move(ruling);
        // Asked while the answer is judged, so that nobody waits for it then; behind a lock as much, to take as long.
        using enum LockoutEvent;
        foresight =
            keeper_.foresee(hold, evaluation.shut() ? std::array{refused, before} : std::array{succeeded, failed});
    }
    work_.shield(dialog.task); // what is judged from here on is counted, though nobody waits for it
    // Behind a lock the same work is done as for an outsider, and its result means nothing.
    const Subject subject = evaluation.shut() ? dialog.subject.as_unknown() : dialog.subject;
    StepResult result = refused_as_outdated();
    if (!is_outdated(dialog)) {
        auto judging = enrols ? step.enrol_answer(dialog, subject, std::move(answers))
                              : step.answer(dialog, subject, std::move(answers));
        result = co_await judging;
    }
    if (step.proves() && !enrols) {
        deny_if_inactive(result, subject);
    }
    evaluation.take(evaluation.shut() ? refused_by(evaluation.ruling) : std::move(result));
    if (std::holds_alternative<Granted>(evaluation.turn)) {
        note_proof(dialog, step.proves() && !enrols);
        note_change(dialog, asked_step, enrols, evaluation);
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
    if (evaluation.sets_password && evaluation.durable) {
        ++dialog.generation; // as the new password did
    }
    announce(dialog, evaluation);
    co_return evaluation.turn;
}

void Engine::note_proof(Dialog& dialog, bool proved) {
    if (proved && !dialog.proved) {
        dialog.proved = true;
        dialog.generation = dialog.subject.account ? dialog.subject.account->private_part.generation : 0;
    }
}

void Engine::note_change(Dialog& dialog, const std::string& granted_step, bool enrolled, Evaluation& evaluation) {
    if (enrolled) {
        dialog.set_up_a_factor = true;
        evaluation.writes.push_back(factor_set_up(dialog, granted_step, clock_.wall()));
        evaluation.needs_durable = true;
        tell_owner(dialog, model::Notice::factor_set_up, evaluation.writes);
    } else if (config::is_step(granted_step, config::StepKind::new_password)) {
        evaluation.sets_password = true;
        if (dialog.client.acts_for_root() && dialog.subject.account
            && dialog.subject.account->private_part.state != model::AccountState::active) {
            dialog.messages.push_back(texts_.render(dialog.client.locale, "stays_locked"));
        }
        tell_owner(dialog, model::Notice::password_changed, evaluation.writes);
    }
}

void Engine::tell_owner(const Dialog& dialog, model::Notice notice, std::vector<store::Store::Work>& writes) {
    const auto uid = dialog.subject.uid();
    if (notices_ && uid) {
        const bool proven = dialog.proved || dialog.client.acts_for_root();
        writes.push_back(notices_->tell(*uid, notice, {dialog.subject.place, proven, dialog.client.locale}));
    }
}

base::Task<Ruling> Engine::may_evaluate(const Dialog& dialog, const LockKeeper::Hold& hold, Waited& waited) {
    Ruling ruling;
    ruling.verdict = protocol::Verdict::allow;
    if (!step_of(dialog, dialog.machine.step()).proves() || dialog.machine.enrols()) {
        co_return ruling;
    }
    // A wait is served once; another one only follows from what others did meanwhile.
    const bool served = waited.counters == keeper_.counters(hold);
    auto judging = keeper_.judge(hold, LockoutEvent::before, {});
    ruling = co_await judging;
    const bool too_long = waited.time + ruling.hold > limits::longest_held_answer;
    if (served || too_long) {
        ruling.hold = base::Milliseconds(0);
        if (ruling.verdict == protocol::Verdict::delay) {
            ruling.verdict = served ? protocol::Verdict::allow : protocol::Verdict::locked;
        }
    }
    waited.time += ruling.hold;
    waited.counters = keeper_.counters(hold);
    co_return ruling;
}

base::Task<void> Engine::walk_on(Dialog& dialog, Evaluation& evaluation) {
    const Walker walker{
        [&](const std::string& step) { return step_of(dialog, step).is_set_up(dialog.subject); },
        [&](std::chrono::days trust) { return is_trusted(dialog.subject, steady_.now(clock_), trust); },
    };
    for (;;) {
        if (!dialog.machine.enter(walker)) {
            evaluation.take(lacks_a_factor());
            dialog.machine.end();
            co_return;
        }
        if (dialog.machine.at_end()) {
            evaluation.turn = granted_or(Granted{}, dialog);
            dialog.machine.end();
            co_return;
        }
        const std::string step_name = dialog.machine.step();
        const bool enrols = dialog.machine.enrols();
        Step& step = step_of(dialog, step_name);
        auto beginning = enrols ? step.enrol(dialog) : step.begin(dialog);
        StepResult begun = co_await beginning;
        evaluation.take(std::move(begun));
        if (enrols && std::holds_alternative<Granted>(evaluation.turn)) { // set up without a question
            note_change(dialog, step_name, enrols, evaluation);
        }
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
    if (ended && evaluation.sets_password && !dialog.judged && dialog.client.acts_for_root()) {
        // Root gives a new password so that its owner gets in: what failed before is forgotten with the old one.
        evaluation.forgiven = keeper_.counters(hold);
        keeper_.forget_failures(hold);
    }
    if (!ended || !dialog.judged) {
        co_return;
    }
    LockoutEvent event = LockoutEvent::before; // nothing to tell, but the same work
    if (std::holds_alternative<Granted>(evaluation.turn)) {
        event = LockoutEvent::succeeded;
    } else if (evaluation.shut()) {
        event = LockoutEvent::refused;
    } else if (evaluation.person_failed) {
        event = LockoutEvent::failed;
    }
    if (event == LockoutEvent::succeeded && !evaluation.forgiven) {
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
    work_.shield(dialog.task);
    auto writing = write_down(dialog, hold, evaluation);
    co_await writing;
    if (evaluation.outdated || (!evaluation.durable && evaluation.needs_durable)) {
        if (evaluation.outdated) {
            evaluation.take(refused_as_outdated());
        } else {
            evaluation.turn = Denied{Reason::unavailable, {}, {}};
            evaluation.detail.clear();
        }
        dialog.machine.end();
        if (evaluation.forgiven) {
            keeper_.put_back(hold, *std::move(evaluation.forgiven));
        }
    }
    if (!evaluation.durable && (steps_wrote || evaluation.outdated) && dialog.machine.state() == State::ended) {
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
        if (evaluation.consequence && evaluation.consequence->shut()) {
            tell_owner(dialog, model::Notice::locked_by_failures, pieces);
        }
        if (granted) {
            pieces.push_back(renewed_hash(dialog));
        }
        pieces.push_back(record_of(dialog, evaluation, clock_.wall(), steady_.now(clock_)));
    }
    if (dialog.proved && !std::holds_alternative<Denied>(evaluation.turn)) {
        pieces.insert(pieces.begin(), fails_if_outdated(dialog));
    }
    try {
        auto writing = store_.write(all_of(std::move(pieces)));
        co_await writing;
        evaluation.durable = true;
        if (counters.durable) {
            counters.durable();
        }
    } catch (const AccountChanged&) {
        evaluation.outdated = true;
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
    const auto tell_locked = [&](model::Uid whose, base::Milliseconds until, const std::string& reason) {
        if (on_locked) {
            on_locked(whose, until, reason);
        }
    };
    const auto uid = dialog.subject.uid();
    if (!evaluation.durable || !uid) {
        return;
    }
    if (evaluation.revoked) {
        tell_locked(*uid, base::Milliseconds(0), "revoked");
    } else if (evaluation.consequence && evaluation.consequence->shut()) {
        log_lock(dialog, *evaluation.consequence);
        const bool timed = evaluation.consequence->verdict == protocol::Verdict::locked;
        tell_locked(*uid, timed ? clock_.wall() + evaluation.consequence->wait : base::Milliseconds(0),
                    evaluation.consequence->reason);
    }
}

} // namespace loquet::conversation
