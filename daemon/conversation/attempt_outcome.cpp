// SPDX-License-Identifier: LGPL-2.1-or-later
// The second half of an attempt's way: what the lockout hears, the one durable write, and what others are told.
#include "daemon/accounts/account_changes.h"
#include "daemon/config/flow_tables.h"
#include "daemon/conversation/attempt.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/dialog.h"
#include "daemon/conversation/self_service.h"
#include "daemon/store/steps_table.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/protocol/names.h"

#include <exception>
#include <utility>

namespace loquet::conversation {

using base::Error;
using protocol::Denied;
using protocol::Granted;
using protocol::LockoutEvent;
using protocol::Reason;

base::Task<void> Attempt::report_to_lockout(const LockoutService::CounterLease& lease) {
    if (ended() && effects_.sets_password && !dialog_.judged && dialog_.client.acts_for_root()) {
        // Root gives a new password so that its owner gets in: what failed before is forgotten with the old one.
        forgiven_ = context_.lockout.snapshot(lease);
        context_.lockout.forget_failures(lease);
    }
    if (recovers_) {
        auto lifting = lift_locks(lease);
        co_await lifting;
        co_return;
    }
    if (ended() && std::holds_alternative<Granted>(effects_.turn) && dialog_.purpose == protocol::purpose::unlock) {
        auto unlocking = unlock(lease);
        co_await unlocking;
        co_return;
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
    if (by_address_) {
        auto counting = context_.lockout.count_for_name(*by_address_, event);
        co_await counting;
    }
    if (event == LockoutEvent::failed && lease.attempt().axis == protocol::Axis::login) {
        consequence_ = ruling;
    }
}

base::Task<void> Attempt::lift_locks(const LockoutService::CounterLease& lease) {
    forgiven_ = context_.lockout.snapshot(lease);
    auto succeeding = context_.lockout.judge(lease, LockoutEvent::succeeded, {});
    (void)co_await succeeding;
    auto lifting = context_.lockout.lift(lease);
    co_await lifting;
    context_.lockout.forget_known_places(lease);
    if (ended() && dialog_.logs_in() && std::holds_alternative<Granted>(effects_.turn)) {
        const LockoutService::CounterLease login(context_.lockout, key_of(dialog_, protocol::Axis::login));
        auto logging_in = context_.lockout.judge(login, LockoutEvent::succeeded, {});
        (void)co_await logging_in;
    }
}

base::Task<void> Attempt::unlock(const LockoutService::CounterLease& lease) {
    const model::Uid uid = *dialog_.subject.uid(); // nobody else comes to a good end
    const base::Milliseconds now = context_.steady.now(context_.clock);
    forgiven_ = context_.lockout.snapshot(lease);
    // Also where the code was typed at the login, whose row of failures it does not end.
    const LockoutService::CounterLease recovery(context_.lockout, key_of(dialog_, protocol::Axis::recovery));
    auto succeeding = context_.lockout.judge(recovery, LockoutEvent::succeeded, {});
    (void)co_await succeeding;
    if (dialog_.ticket) {
        effects_.writes.push_back(context_.tickets.use(uid, *dialog_.ticket, dialog_.holder));
    }
    effects_.needs_durable = true;
    if (dialog_.subject.account->private_part.unlocks.within_day(now) >= limits::unlocks_a_day) {
        effects_.detail = "unlocked-often-today";
        co_return;
    }
    auto lifting = context_.lockout.lift_passing(lease);
    const bool lifted = co_await lifting;
    effects_.detail = lifted ? "unlocked" : "no-lock-to-lift";
    if (lifted) {
        effects_.writes.push_back(count_unlock(uid, now));
        tell_owner(model::Notice::unlocked, effects_.writes);
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
    const bool granted = ended() && std::holds_alternative<Granted>(effects_.turn);
    if (ended() || recovers_) {
        using Extent = LockoutService::Extent;
        counters = context_.lockout.changes(lease, granted || recovers_ ? Extent::changed : Extent::all);
        pieces.push_back(std::move(counters.work));
    }
    LockoutService::Changes of_identity;
    if (identifying_ && &*identifying_ != &lease) {
        of_identity = context_.lockout.changes(*identifying_, LockoutService::Extent::all);
        pieces.push_back(std::move(of_identity.work));
    }
    if (ended()) {
        if (consequence_ && consequence_->shut()) {
            tell_owner(model::Notice::locked_by_failures, pieces);
        }
        if (granted) {
            pieces.push_back(renewed_hash(dialog_));
        }
        pieces.push_back(record_of(dialog_, effects_, context_.clock.wall(), context_.steady.now(context_.clock)));
    }
    if (dialog_.proved && (recovers_ || !std::holds_alternative<Denied>(effects_.turn))) {
        pieces.insert(pieces.begin(), fails_if_outdated(dialog_));
    }
    LockoutService::Changes of_address;
    if (by_address_ && (ended() || recovers_)) {
        of_address = context_.lockout.changes(*by_address_, LockoutService::Extent::all);
        pieces.push_back(std::move(of_address.work));
    }
    try {
        auto writing = context_.store.write(all_of(std::move(pieces)));
        co_await writing;
        durable_ = true;
        for (auto* const written : {&counters, &of_identity, &of_address}) {
            if (written->durable) {
                written->durable();
            }
        }
    } catch (const std::exception& error) {
        const auto* const known = dynamic_cast<const Error*>(&error);
        outdated_ = known != nullptr && known->kind() == Error::Kind::conflict;
        if (!outdated_) {
            log::error(log::id::store_unwritable,
                       std::string("an attempt could not be recorded; counters go on in memory: ") + error.what());
        }
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
    } else if (effects_.new_address) {
        tell_owner(model::Notice::address_changed, effects_.writes);
        effects_.writes.emplace_back(
            [uid = *dialog_.subject.uid(), address = *effects_.new_address](store::WriteTxn& txn) {
                accounts::put_address(txn, uid, address);
                accounts::show_at_logins(txn, uid, model::ScreenEvent::address_changed, std::nullopt, address.wall);
            });
    }
}

void Attempt::tell_owner(model::Notice notice, std::vector<store::Store::Work>& writes) const {
    const auto uid = dialog_.subject.uid();
    if (context_.notices && uid) {
        // A guesser brings a lock about, at whatever program.
        const bool by_root = dialog_.client.acts_for_root() && notice != model::Notice::locked_by_failures;
        const bool proven = dialog_.proved || by_root;
        writes.push_back(context_.notices->tell(
            *uid, notice, {dialog_.subject.place, dialog_.client.place(), proven, dialog_.client.locale}));
    }
}

} // namespace loquet::conversation
