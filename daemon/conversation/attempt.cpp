// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/attempt.h"

#include "daemon/config/flow_tables.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/store/steps_table.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace loquet::conversation {

using base::Error;
using protocol::Answers;
using protocol::Denied;
using protocol::Granted;
using protocol::LockoutEvent;
using protocol::Reason;
using protocol::Turn;
using protocol::Wait;

base::Task<Turn> Attempt::begin() {
    kind_ = Kind::begin;
    const FlowState::Reach ahead = dialog_.flows->reach(dialog_.flow);
    if (ahead.acts || ahead.may_finish) {
        auto running = run();
        Turn turn = co_await running;
        co_return turn;
    }
    auto stepping = run_next_steps();
    co_await stepping;
    if (ended() || !effects_.writes.empty()) {
        throw Error(Error::Kind::internal, "the step " + dialog_.flow.step() + " was to ask only when it begins");
    }
    co_return effects_.turn;
}

base::Task<Turn> Attempt::answer(Answers answers) {
    kind_ = Kind::answer;
    answers_ = std::move(answers);
    if (is_empty_password(dialog_.flow, answers_)) {
        dialog_.flow.end();
        co_return Denied{Reason::refused, {}, {}};
    }
    if (std::any_of(answers_.begin(), answers_.end(), is_sshd_placeholder)) {
        dialog_.as_unknown = true;
        dialog_.subject = unknown_subject(context_.store, dialog_.subject.name, dialog_.client);
    }
    auto running = run();
    Turn turn = co_await running;
    co_return turn;
}

base::Task<Turn> Attempt::poll() {
    kind_ = Kind::poll;
    if (dialog_.polled) {
        shield();
        polled_ = std::make_unique<Effects>(std::move(*std::exchange(dialog_.polled, nullptr)));
    } else {
        auto polling = ask_waiting_step();
        Effects said = co_await polling;
        if (std::holds_alternative<Wait>(said.turn) && !said.costs_a_write && said.writes.empty()) {
            (void)dialog_.flow.advance(said.turn);
            co_return std::move(said.turn);
        }
        shield(); // what the step has said is not said again
        polled_ = std::make_unique<Effects>(std::move(said));
    }
    auto running = run();
    Turn turn = co_await running;
    co_return turn;
}

base::Task<Effects> Attempt::ask_waiting_step() {
    Step& step = step_named(dialog_.flow.step());
    const Subject subject = subject_for(step);
    auto asking = dialog_.flow.enrols() ? step.enrol_answer(dialog_, subject, {}) : step.answer(dialog_, subject, {});
    Effects said = co_await asking;
    co_return said;
}

base::Task<void> Attempt::ask_again_where_outdated() {
    const Step& step = step_named(dialog_.flow.step());
    const auto& states = polled_->polled_with;
    if (states && step.state_of(subject_for(step)) != states->account) {
        dialog_.states[dialog_.flow.step()] = states->dialog;
        auto asking = ask_waiting_step();
        Effects said = co_await asking;
        polled_ = std::make_unique<Effects>(std::move(said));
    }
}

base::Task<Turn> Attempt::look() {
    auto stepping = run_next_steps();
    co_await stepping;
    co_return effects_.turn;
}

base::Task<Turn> Attempt::run() {
    try {
        Waited waited;
        const base::Milliseconds asked_at = context_.clock.boottime();
        for (;;) {
            base::Milliseconds wait{0};
            std::optional<base::Future<void>> level;
            {
                auto acquiring = context_.queue.acquire(dialog_.subject.identity, dialog_.subject.place);
                const AccountQueue::Permit permit = co_await acquiring;
                if (!polled_ && context_.clock.boottime() - asked_at - waited.time > limits::longest_queueing) {
                    break;
                }
                if (may_send_unproved()) {
                    level = base::started(context_.loop.sleep(level_reply));
                }
                if (!dialog_.as_unknown) { // it may have changed meanwhile
                    dialog_.subject = find_subject(context_.store, dialog_.subject.name, dialog_.client);
                }
                if (polled_) {
                    auto comparing = ask_again_where_outdated();
                    co_await comparing;
                }
                const LockoutService::CounterLease lease(context_.lockout, key_of(dialog_));
                auto asking = ask_policy(lease, waited);
                ruling_ = co_await asking;
                wait = ruling_.hold;
                if (wait.count() == 0) {
                    auto evaluating = evaluate_locked(lease);
                    Turn turn = co_await evaluating;
                    if (level) { // with the permit, or who is next in the queue would see how long this took
                        auto levelled = *std::move(level);
                        co_await levelled;
                    }
                    co_return turn;
                }
            }
            // Others have the permit meanwhile: a wait at one place keeps nobody waiting at another.
            auto waiting = context_.loop.sleep(wait);
            co_await waiting;
        }
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::busy) {
            dialog_.flow.end();
            throw;
        }
    }
    co_return end_as_busy();
}

Turn Attempt::end_as_busy() {
    if (polled_ && dialog_.wait) {
        dialog_.polled = std::make_shared<Effects>(std::move(*polled_));
        Turn again = *dialog_.wait;
        (void)dialog_.flow.advance(again);
        return again;
    }
    dialog_.flow.end();
    return Denied{Reason::busy, {}, {}};
}

base::Task<Ruling> Attempt::ask_policy(const LockoutService::CounterLease& lease, Waited& waited) const {
    Ruling ruling;
    ruling.verdict = protocol::Verdict::allow;
    if (!needs_policy()) {
        co_return ruling;
    }
    // A wait is served once; another one only follows from what others did meanwhile.
    const bool served = waited.counters == context_.lockout.counters(lease);
    auto judging = context_.lockout.judge(lease, LockoutEvent::before, {});
    ruling = co_await judging;
    const bool too_long = waited.time + ruling.hold > limits::longest_held_answer;
    if (served || too_long) {
        ruling.hold = base::Milliseconds(0);
        if (ruling.verdict == protocol::Verdict::delay) {
            ruling.verdict = served ? protocol::Verdict::allow : protocol::Verdict::locked;
        }
    }
    waited.time += ruling.hold;
    waited.counters = context_.lockout.counters(lease);
    co_return ruling;
}

base::Task<Turn> Attempt::evaluate_locked(const LockoutService::CounterLease& lease) {
    if (!still_waits()) {
        dialog_.behind_lock = ruling_.shut();
    }
    step_acts_ =
        dialog_.flows->reach(dialog_.flow).acts || (kind_ != Kind::begin && step_named(dialog_.flow.step()).acts());
    if (is_judged()) {
        dialog_.judged = true;
        refused_ = ruling_.shut();
        // Asked while the step judges, so that nobody waits for it then; behind a lock as much, to take as long.
        using enum LockoutEvent;
        prefetched_ =
            context_.lockout.prefetch(lease, refused_ ? std::array{refused, before} : std::array{succeeded, failed});
    }
    shield(); // what is judged from here on is counted, though nobody waits for it
    if (kind_ == Kind::begin) {
        auto stepping = run_next_steps();
        co_await stepping;
    } else {
        auto stepping = run_step();
        co_await stepping;
    }
    auto reporting = report_to_lockout(lease);
    co_await reporting;
    auto committing = commit(lease);
    co_await committing;
    if (effects_.sets_password && durable_) {
        ++dialog_.generation; // as the new password did
    }
    tell();
    co_return effects_.turn;
}

base::Task<void> Attempt::run_step() {
    // What was asked; a choice moves the flow while it is answered.
    const std::string asked_step = dialog_.flow.step();
    const bool enrols = dialog_.flow.enrols();
    const bool is_proof = proves();
    Step& step = step_named(asked_step);
    const Subject subject = subject_for(step);
    Effects said = refused_as_outdated();
    if (!is_outdated(dialog_)) {
        if (polled_) {
            said = std::move(*polled_);
        } else {
            auto judging = enrols ? step.enrol_answer(dialog_, subject, std::move(answers_))
                                  : step.answer(dialog_, subject, std::move(answers_));
            said = co_await judging;
        }
    }
    if (is_proof) {
        deny_if_inactive(said, dialog_.subject, !subject.account);
    }
    if (refused_) {
        // What was done for an unknown name costs as much; what a poll did before the lock was known is not done.
        Effects refusal = refused_by(ruling_);
        if (!polled_) {
            refusal.writes = std::move(said.writes);
        }
        said = std::move(refusal);
    }
    effects_.merge(std::move(said));
    if (std::holds_alternative<Granted>(effects_.turn)) {
        note_proof(is_proof);
        note_change(asked_step, enrols);
    }
    auto next = dialog_.flow.advance(effects_.turn);
    if (next) {
        effects_.turn = granted_or(*std::move(next), dialog_);
        co_return;
    }
    auto stepping = run_next_steps();
    co_await stepping;
}

base::Task<void> Attempt::run_next_steps() {
    const FlowContext person{
        [&](const std::string& step) { return step_named(step).is_set_up(dialog_.subject); },
        [&](std::chrono::days trust) {
            return is_trusted(dialog_.subject, context_.steady.now(context_.clock), trust);
        },
    };
    for (;;) {
        if (!dialog_.flow.enter(person)) {
            effects_.merge(lacks_a_factor());
            dialog_.flow.end();
            co_return;
        }
        if (dialog_.flow.at_end()) {
            effects_.turn = granted_or(Granted{}, dialog_);
            dialog_.flow.end();
            co_return;
        }
        const std::string step_name = dialog_.flow.step();
        const bool enrols = dialog_.flow.enrols();
        Step& step = step_named(step_name);
        const Subject subject = subject_for(step);
        auto beginning = enrols ? step.enrol(dialog_, subject) : step.begin(dialog_, subject);
        Effects begun = co_await beginning;
        if (step.proves() && !enrols && std::holds_alternative<Granted>(begun.turn)) {
            deny_if_inactive(begun, dialog_.subject, !subject.account);
            if (dialog_.behind_lock) {
                begun = refused_by(ruling_);
            }
        }
        effects_.merge(std::move(begun));
        if (enrols && std::holds_alternative<Granted>(effects_.turn)) { // set up without a question
            note_change(step_name, enrols);
        }
        auto next = dialog_.flow.advance(effects_.turn);
        if (next) {
            effects_.turn = granted_or(*std::move(next), dialog_);
            co_return;
        }
    }
}

base::Task<void> Attempt::report_to_lockout(const LockoutService::CounterLease& lease) {
    if (ended() && effects_.sets_password && !dialog_.judged && dialog_.client.acts_for_root()) {
        // Root gives a new password so that its owner gets in: what failed before is forgotten with the old one.
        forgiven_ = context_.lockout.snapshot(lease);
        context_.lockout.forget_failures(lease);
    }
    if (!ended() || !dialog_.judged) {
        co_return;
    }
    LockoutEvent event = LockoutEvent::before; // nothing to tell, but the same work
    if (std::holds_alternative<Granted>(effects_.turn)) {
        event = LockoutEvent::succeeded;
    } else if (refused_) {
        event = LockoutEvent::refused;
    } else if (effects_.person_failed) {
        event = LockoutEvent::failed;
    }
    if (event == LockoutEvent::succeeded && !forgiven_) {
        forgiven_ = context_.lockout.snapshot(lease);
    }
    auto judging = context_.lockout.judge(lease, event, std::move(prefetched_));
    const Ruling ruling = co_await judging;
    if (event == LockoutEvent::failed) {
        consequence_ = ruling;
    }
}

base::Task<void> Attempt::commit(const LockoutService::CounterLease& lease) {
    if (!ended() && step_acts_ && !dialog_.proved) {
        effects_.costs_a_write = true; // whatever it had to write for this name
    }
    if (effects_.costs_a_write && effects_.writes.empty()) {
        effects_.writes.emplace_back([](store::WriteTxn& txn) { store::StepsTable::put_padding(txn); });
        effects_.needs_durable = effects_.needs_durable || !ended();
    }
    const bool steps_wrote = !effects_.writes.empty();
    if (!ended() && !steps_wrote) {
        co_return;
    }
    auto writing = write(lease);
    co_await writing;
    if (outdated_ || (!durable_ && effects_.needs_durable)) {
        if (outdated_) {
            effects_.merge(refused_as_outdated());
        } else {
            effects_.turn = Denied{Reason::unavailable, {}, {}};
            effects_.detail.clear();
        }
        dialog_.flow.end();
        if (forgiven_) {
            context_.lockout.put_back(lease, *std::move(forgiven_));
        }
    }
    if (!durable_ && (steps_wrote || outdated_) && ended()) {
        // It may be the steps' part that cannot be written: the attempt counts without it.
        auto writing_again = write(lease);
        co_await writing_again;
    }
}

base::Task<void> Attempt::write(const LockoutService::CounterLease& lease) {
    std::vector<store::Store::Work> pieces = std::exchange(effects_.writes, {});
    LockoutService::Changes counters;
    if (ended()) {
        const bool granted = std::holds_alternative<Granted>(effects_.turn);
        using Extent = LockoutService::Extent;
        counters = context_.lockout.changes(lease, granted ? Extent::changed : Extent::all);
        pieces.push_back(std::move(counters.work));
        if (consequence_ && consequence_->shut()) {
            tell_owner(model::Notice::locked_by_failures, pieces);
        }
        if (granted) {
            pieces.push_back(renewed_hash(dialog_));
        }
        pieces.push_back(record_of(dialog_, effects_, context_.clock.wall(), context_.steady.now(context_.clock)));
    }
    if (dialog_.proved && !std::holds_alternative<Denied>(effects_.turn)) {
        pieces.insert(pieces.begin(), fails_if_outdated(dialog_));
    }
    try {
        auto writing = context_.store.write(all_of(std::move(pieces)));
        co_await writing;
        durable_ = true;
        if (counters.durable) {
            counters.durable();
        }
    } catch (const AccountChanged&) {
        outdated_ = true;
    } catch (const std::exception& error) {
        log::error(log::id::store_unwritable,
                   std::string("an attempt could not be recorded; counters go on in memory: ") + error.what());
    }
}

void Attempt::tell() const {
    if (!ended()) {
        return;
    }
    log_outcome(dialog_, effects_);
    const auto uid = dialog_.subject.uid();
    if (!durable_ || !uid) {
        return;
    }
    const auto tell_locked = [&](base::Milliseconds until, const std::string& reason) {
        if (context_.on_locked) {
            context_.on_locked(*uid, until, reason);
        }
    };
    if (effects_.revoked) {
        tell_locked(base::Milliseconds(0), "revoked");
    } else if (consequence_ && consequence_->shut()) {
        log_lock(dialog_, *consequence_);
        const bool timed = consequence_->verdict == protocol::Verdict::locked;
        tell_locked(timed ? context_.clock.wall() + consequence_->wait : base::Milliseconds(0), consequence_->reason);
    }
}

base::Task<void> Attempt::give_up(std::string why) {
    dialog_.flow.end();
    effects_.turn = Denied{Reason::refused, {}, {}};
    effects_.detail = std::move(why);
    try {
        auto writing = context_.store.write(
            record_of(dialog_, effects_, context_.clock.wall(), context_.steady.now(context_.clock)));
        co_await writing;
    } catch (const std::exception& error) {
        log::error(log::id::store_unwritable,
                   std::string("the end of a dialog could not be recorded: ") + error.what());
    }
    log_outcome(dialog_, effects_);
}

bool Attempt::may_send_unproved() const {
    if (dialog_.proved) {
        return false;
    }
    const bool own_step_sends = kind_ != Kind::begin && step_named(dialog_.flow.step()).sends();
    const bool goes_on_unproved = kind_ == Kind::begin || !proves();
    return own_step_sends || (goes_on_unproved && dialog_.flows->reach(dialog_.flow).sends);
}

bool Attempt::needs_policy() const {
    return is_judged() || (!dialog_.proved && !still_waits() && dialog_.flows->reach(dialog_.flow).acts);
}

Subject Attempt::subject_for(const Step& step) const {
    const auto& account = dialog_.subject.account;
    const bool inactive = account && account->private_part.state != model::AccountState::active;
    const bool shut = dialog_.behind_lock || (inactive && step.acts() && !dialog_.proved);
    return shut ? dialog_.subject.as_unknown() : dialog_.subject;
}

void Attempt::shield() {
    dialog_.shielded = true;
    context_.tasks.shield(dialog_.task);
}

void Attempt::note_proof(bool proved) {
    if (proved && !dialog_.proved) {
        dialog_.proved = true;
        dialog_.generation = dialog_.subject.account ? dialog_.subject.account->private_part.generation : 0;
    }
}

void Attempt::note_change(const std::string& granted_step, bool enrolled) {
    if (enrolled) {
        dialog_.set_up_a_factor = true;
        effects_.writes.push_back(factor_set_up(dialog_, granted_step, context_.clock.wall()));
        effects_.needs_durable = true;
        tell_owner(model::Notice::factor_set_up, effects_.writes);
    } else if (config::is_step(granted_step, config::StepKind::new_password)) {
        effects_.sets_password = true;
        if (dialog_.client.acts_for_root() && dialog_.subject.account
            && dialog_.subject.account->private_part.state != model::AccountState::active) {
            dialog_.messages.push_back(context_.texts.render(dialog_.client.locale, "stays_locked"));
        }
        tell_owner(model::Notice::password_changed, effects_.writes);
    }
}

void Attempt::tell_owner(model::Notice notice, std::vector<store::Store::Work>& writes) const {
    const auto uid = dialog_.subject.uid();
    if (context_.notices && uid) {
        const bool proven = dialog_.proved || dialog_.client.acts_for_root();
        writes.push_back(context_.notices->tell(
            *uid, notice, {dialog_.subject.place, dialog_.client.place(), proven, dialog_.client.locale}));
    }
}

} // namespace loquet::conversation
