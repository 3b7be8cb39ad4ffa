// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/attempt.h"

#include "daemon/config/flow_tables.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/self_service.h"
#include "daemon/conversation/steps/identify_step.h"
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
    auto helping = take_help();
    std::optional<Turn> help = co_await helping;
    if (help) {
        co_return *std::move(help);
    }
    if (is_empty_password(dialog_.flow, answers_)) {
        dialog_.flow.end();
        co_return Denied{Reason::refused, {}, {}};
    }
    if (std::any_of(answers_.begin(), answers_.end(), is_sshd_placeholder)) {
        dialog_.as_unknown = true;
        dialog_.subject = unknown_subject(context_.store, dialog_.subject.name, dialog_.client);
    }
    if (config::is_step(dialog_.flow.step(), config::StepKind::identify) && !are_blank(answers_)) {
        auto identifying = identify();
        std::optional<Turn> refused = co_await identifying;
        if (refused) {
            co_return *std::move(refused);
        }
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
        Waited waited_for_code;
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
                    level = base::started(context_.loop.sleep(context_.level));
                }
                if (!dialog_.as_unknown) { // it may have changed meanwhile
                    dialog_.subject = dialog_.identified
                                          ? identified_again(context_.store, dialog_.subject)
                                          : find_subject(context_.store, dialog_.subject.name, dialog_.client);
                }
                if (polled_) {
                    auto comparing = ask_again_where_outdated();
                    co_await comparing;
                }
                auto trying = try_locked(waited, waited_for_code);
                auto tried = co_await trying;
                if (const auto* hold = std::get_if<base::Milliseconds>(&tried)) {
                    wait = *hold;
                } else {
                    if (level) { // with the permit, or who is next in the queue would see how long this took
                        auto levelled = *std::move(level);
                        co_await levelled;
                    }
                    co_return std::get<Turn>(std::move(tried));
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

base::Task<std::variant<Turn, base::Milliseconds>> Attempt::try_locked(Waited& waited, Waited& waited_for_code) {
    const LockoutService::CounterLease lease(context_.lockout, key_of(dialog_, axis_of(dialog_)));
    dialog_.at_known_place = context_.lockout.snapshot(lease).login.known_place(dialog_.subject.place) != nullptr;
    auto asking = ask_policies(lease, waited);
    ruling_ = co_await asking;
    if (ruling_.hold.count() > 0) {
        co_return ruling_.hold;
    }
    if (ruling_.shut() && may_be_a_code()) {
        // A lock of the login does not shut the way back: such an answer is a try on the other axis.
        const LockoutService::CounterLease recovery(context_.lockout, key_of(dialog_, protocol::Axis::recovery));
        auto asking_there = ask_policies(recovery, waited_for_code);
        Ruling there = co_await asking_there;
        if (there.hold.count() > 0) {
            co_return there.hold;
        }
        if (!there.shut()) {
            login_lock_ = std::exchange(ruling_, std::move(there));
            dialog_.code_only = true;
            auto evaluating = evaluate_locked(recovery);
            Turn turn = co_await evaluating;
            dialog_.code_only = false;
            co_return turn;
        }
        count_under_address(lease); // it is a try at the login after all
    }
    auto evaluating = evaluate_locked(lease);
    Turn turn = co_await evaluating;
    co_return turn;
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

void Attempt::count_under_address(const LockoutService::CounterLease& lease) {
    by_address_.reset();
    if (dialog_.waits_as && !dialog_.proved) {
        const AttemptKey& account = lease.attempt();
        by_address_.emplace(context_.lockout, AttemptKey{*dialog_.waits_as, true, account.place, false, account.axis});
    }
}

base::Task<Ruling> Attempt::ask_policies(const LockoutService::CounterLease& lease, Waited& waited) {
    count_under_address(lease);
    auto asking = ask_policy(by_address_ ? *by_address_ : lease, waited);
    Ruling ruling = co_await asking;
    if (!by_address_ || !needs_policy() || ruling.hold.count() > 0) {
        co_return ruling;
    }
    auto judging = context_.lockout.judge(lease, LockoutEvent::before, {});
    Ruling of_account = co_await judging;
    of_account.hold = base::Milliseconds(0);
    co_return of_account.shut() ? of_account : ruling;
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
    auto asking_for_rights = ask_for_rights();
    co_await asking_for_rights;
    // What was asked; a choice moves the flow while it is answered.
    const std::string asked_step = dialog_.flow.step();
    const bool enrols = dialog_.flow.enrols();
    const bool is_proof = proves();
    Step& step = step_named(asked_step);
    const Subject subject = subject_for(step);
    Effects said = refused_as_outdated();
    if (lost_its_ticket()) {
        const bool elsewhere = context_.tickets.is_taken_over(*dialog_.subject.uid(), *dialog_.ticket, dialog_.holder);
        said = refused_without_ticket(elsewhere, context_.texts, dialog_.client.locale);
    } else if (!is_outdated(dialog_)) {
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
    if (lacks_an_operator(asked_step, said)) {
        said = refused_without_an_operator(said);
    }
    if (login_lock_ && said.person_failed) { // no code; nothing else is to be seen of it than the lock
        said = refused_by(*login_lock_);
        said.person_failed = true;
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
        if (is_proof && !effects_.resumes && axis_of(dialog_) == protocol::Axis::recovery) {
            dialog_.proved_steps.push_back(asked_step);
            dialog_.proved_here.push_back(asked_step);
        }
        note_change(asked_step, enrols);
    }
    if (!leave_flow()) {
        auto next = dialog_.flow.advance(effects_.turn);
        if (next) {
            end(*std::move(next));
            co_return;
        }
    }
    if (ended()) {
        co_return;
    }
    auto stepping = run_next_steps();
    co_await stepping;
}

void Attempt::end(Turn turn) {
    if (std::holds_alternative<Granted>(turn)) {
        add_notices(dialog_, context_.texts);
        if (dialog_.purpose == protocol::purpose::unlock) {
            dialog_.messages.push_back(context_.texts.render(dialog_.client.locale, "self_service.unlocked"));
        }
    }
    end_turn(effects_, std::move(turn), dialog_);
}

bool Attempt::leave_flow() {
    if (!std::holds_alternative<Granted>(effects_.turn)) {
        return false;
    }
    if (const auto ticket = std::exchange(effects_.resumes, std::nullopt)) {
        resume(dialog_, *ticket);
        effects_.writes.push_back(context_.tickets.open(*dialog_.subject.uid(), *ticket, dialog_.holder));
        effects_.needs_durable = true;
        return true;
    }
    if (const char* const purpose = std::exchange(effects_.goes_to, nullptr)) {
        go_on_with(dialog_, purpose);
        return true;
    }
    if (effects_.sets_password && axis_of(dialog_) == protocol::Axis::recovery) {
        recover();
        return true;
    }
    return false;
}

base::Task<void> Attempt::run_next_steps() {
    const FlowContext person{
        [&](const std::string& step) { return step_named(step).is_set_up(dialog_.subject); },
        [&](std::chrono::days trust) {
            // A recovery trusts no place, and has not written that yet.
            return !dialog_.recovered && is_trusted(dialog_.subject, context_.steady.now(context_.clock), trust);
        },
    };
    for (;;) {
        if (!dialog_.flow.enter(person)) {
            effects_.merge(lacks_a_factor());
            dialog_.flow.end();
            co_return;
        }
        if (dialog_.flow.at_end()) {
            end(Granted{});
            dialog_.flow.end();
            co_return;
        }
        auto asking_for_rights = ask_for_rights();
        co_await asking_for_rights;
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
        if (lacks_an_operator(step_name, begun)) {
            begun = refused_without_an_operator(begun);
        }
        effects_.merge(std::move(begun));
        if (enrols && std::holds_alternative<Granted>(effects_.turn)) { // set up without a question
            note_change(step_name, enrols);
        }
        auto next = dialog_.flow.advance(effects_.turn);
        if (next) {
            end(*std::move(next));
            co_return;
        }
    }
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
    const std::string& step = dialog_.flow.step();
    const bool chooses =
        kind_ == Kind::answer
        && (config::is_step(step, config::StepKind::menu) || config::is_step(step, config::StepKind::identify));
    return is_judged() || chooses || (!dialog_.proved && !still_waits() && dialog_.flows->reach(dialog_.flow).acts);
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

} // namespace loquet::conversation
