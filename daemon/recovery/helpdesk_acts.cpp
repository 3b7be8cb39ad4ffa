// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/helpdesk_acts.h"

#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/acts_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::recovery {

using base::Error;
using base::Milliseconds;
using base::Secret;
using base::Task;
using model::Act;
using model::ActKind;
using model::ActState;
using model::AuditEvent;
using model::AuditKind;
using model::Medium;
using model::TicketType;
using model::Uid;
using store::ActsTable;
using store::BudgetsTable;
using store::ReadTxn;
using store::Store;
using store::WriteTxn;

namespace {

constexpr std::uint64_t holder_of_caller_codes = 1; ///< no dialog has it: it is used in the moment it is opened

constexpr std::string_view own_account = "this is your own account: another operator has to do it";

bool is_of(const Act& act, const HelpdeskActs::Wanted& wanted) {
    return act.kind == wanted.kind && act.actor == wanted.actor.uid && act.detail == wanted.detail;
}

const Act* newest(const std::vector<Act>& acts, const auto& matches) {
    const auto found = std::find_if(acts.rbegin(), acts.rend(), matches);
    return found == acts.rend() ? nullptr : &*found;
}

/// Theirs, for that very act.
const Act* request_for(const std::vector<Act>& acts, const HelpdeskActs::Wanted& wanted, Milliseconds now) {
    return newest(acts, [&](const Act& act) {
        return act.state == ActState::requested && is_of(act, wanted) && now < act.until;
    });
}

const Act* approval_for(const std::vector<Act>& acts, const HelpdeskActs::Wanted& wanted, Milliseconds now) {
    return newest(
        acts, [&](const Act& act) { return act.state == ActState::approved && is_of(act, wanted) && now < act.until; });
}

ActStanding standing_of(const std::vector<Act>& acts, const HelpdeskActs::Wanted& wanted, Milliseconds now) {
    const std::uint32_t actor = wanted.actor.uid;
    ActStanding standing;
    standing.by_root = actor == 0;
    standing.own_account = actor == wanted.account.value;
    standing.privileged = wanted.privileged;
    standing.accepts_unverified = wanted.accepts_unverified;
    standing.verified = newest(acts,
                               [&](const Act& act) {
                                   return act.kind == ActKind::caller_verified && act.state == ActState::done
                                          && act.actor == actor && now < act.until;
                               })
                        != nullptr;
    standing.approved = approval_for(acts, wanted, now) != nullptr;
    standing.factor_removed = factor_was_removed(acts, now);
    standing.was_reset = reset_remembered_until(acts, now).has_value();
    return standing;
}

std::string text_of(std::chrono::minutes minutes) {
    return std::to_string(minutes.count()) + " minutes";
}

std::string ask_second_person(const std::string& name) {
    return "another operator runs 'loquetctl account approve " + name + "' within "
           + text_of(std::chrono::duration_cast<std::chrono::minutes>(approval_life)) + ", and you repeat the command";
}

std::string refusal_of(ActPermission permission, const HelpdeskActs::Wanted& wanted, const ActStanding& standing,
                       const std::string& name, const std::vector<Medium>& ways) {
    if (permission == ActPermission::second_person) {
        const std::string why = standing.privileged ? "the account has rights over the machine"
                                : wanted.kind == ActKind::factor_removed
                                    ? "the account was reset within the last 24 hours"
                                    : "a factor of the account was removed within the last 24 hours";
        return "this takes two people, because " + why + ": " + ask_second_person(name);
    }
    if (ways.empty()) {
        return "the caller cannot be verified, because the account has no confirmed address that a code could go to: "
               + ask_second_person(name);
    }
    std::string media;
    for (const Medium medium : ways) {
        media += (media.empty() ? "" : "|") + std::string(to_text(medium));
    }
    return "the caller is not verified: 'loquetctl account verify " + name + " --by " + media
           + "' sends them a code to read to you. If they cannot read it, " + ask_second_person(name);
}

AuditEvent event_of(AuditKind kind, bool granted, const model::Account& account, std::uint32_t actor,
                    std::string detail, Milliseconds wall) {
    AuditEvent event;
    event.kind = kind;
    event.granted = granted;
    event.account = account.public_part.uid;
    event.actor = actor;
    event.detail = std::move(detail);
    event.time = wall;
    return event;
}

void append(WriteTxn& txn, AuditEvent event, const std::string& name) {
    event.identity = txn.digest(store::DigestKind::name, name);
    audit::AuditLog::append(txn, event);
}

std::string budget_of_tries(std::uint32_t actor) {
    return "caller-codes " + std::to_string(actor);
}

/// Counts a wrong code of the operator, or refuses where there were too many.
void check_tries(const ReadTxn& txn, std::uint32_t actor, Milliseconds now) {
    const auto usage = BudgetsTable::usage(txn, txn.digest(store::DigestKind::budget, budget_of_tries(actor)));
    if (usage.unproven.within_day(now) >= limits::wrong_caller_codes_a_day) {
        throw Error(Error::Kind::limited,
                    "you typed " + std::to_string(limits::wrong_caller_codes_a_day)
                        + " wrong codes of callers within a day: another operator has to take this call");
    }
}

void count_try(WriteTxn& txn, std::uint32_t actor, Milliseconds now) {
    const auto key = txn.digest(store::DigestKind::budget, budget_of_tries(actor));
    model::Usage usage = BudgetsTable::usage(txn, key);
    usage.unproven.add(now);
    BudgetsTable::put(txn, key, usage);
}

void void_ticket(WriteTxn& txn, Uid account, Medium medium) {
    if (auto ticket = store::TicketsTable::get(txn, account, {TicketType::verify_caller, medium});
        ticket && !is_final(ticket->state)) {
        ticket->state = model::TicketState::voided;
        ticket->why = "too-many-tries";
        store::TicketsTable::put(txn, account, *ticket);
    }
}

} // namespace

model::Account HelpdeskActs::account_of(Uid uid) const {
    auto account = store_.read([&](const ReadTxn& txn) -> std::optional<model::Account> {
        auto public_part = store::PublicAccounts::get(txn, uid);
        auto private_part = store::PrivateAccounts::get(txn, uid);
        if (!public_part || !private_part) {
            return std::nullopt;
        }
        return model::Account{*std::move(public_part), *std::move(private_part)};
    });
    if (!account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    return *std::move(account);
}

std::vector<Act> HelpdeskActs::acts_of(Uid uid) const {
    return store_.read([&](const ReadTxn& txn) { return ActsTable::of(txn, uid); });
}

Act HelpdeskActs::new_act(ActKind kind, const Operator& actor) const {
    Act act;
    act.kind = kind;
    act.actor = actor.uid;
    act.actor_name = base::printable(actor.name, limits::operator_name_bytes);
    act.wall = clock_.wall();
    act.at = now();
    return act;
}

std::vector<Medium> HelpdeskActs::ways_to_verify(const model::Account& account) const {
    std::vector<Medium> ways;
    for (const Medium medium : outbox_.settings().media) {
        if (address_state(account.private_part, medium, now()) == model::AddressState::usable) {
            ways.push_back(medium);
        }
    }
    return ways;
}

namespace {

/// A thief of the mailbox by which a caller was verified could have the factor taken away and recover the password by
/// the same mailbox: where one operator removes a factor, codes that open the account wait.
void hold_addresses(WriteTxn& txn, Uid uid, Milliseconds until) {
    auto account = store::PrivateAccounts::get(txn, uid);
    if (account) {
        account->mail_held_until = std::max(account->mail_held_until, until);
        account->phone_held_until = std::max(account->phone_held_until, until);
        store::AccountsTable::put(txn, uid, *account);
    }
}

} // namespace

Task<HelpdeskActs::Grant> HelpdeskActs::permit(Wanted wanted) {
    const model::Account account = account_of(wanted.account);
    const std::string& name = account.public_part.name;
    const std::vector<Act> acts = acts_of(wanted.account);
    const Milliseconds at = now();
    const ActStanding standing = standing_of(acts, wanted, at);
    const ActPermission permission = permission_for(wanted.kind, standing);
    if (permission == ActPermission::own_account) {
        throw Error(Error::Kind::denied, std::string(own_account));
    }
    if (permission != ActPermission::granted) {
        const std::string refusal = refusal_of(permission, wanted, standing, name, ways_to_verify(account));
        auto leaving = leave_request(std::move(wanted), name);
        co_await leaving;
        throw Error(Error::Kind::denied, refusal);
    }
    Act act = new_act(wanted.kind, wanted.actor);
    act.detail = wanted.detail;
    const Act* approval = approval_for(acts, wanted, at);
    if (const Act* request = request_for(acts, wanted, at); request != nullptr) { // nobody has to approve it any more
        act.number = request->number;
    }
    if (approval != nullptr) {
        act.number = approval->number;
        act.approver = approval->approver;
        act.approver_name = approval->approver_name;
    }
    Grant grant;
    grant.now = at;
    grant.at_once = standing.by_root || standing.verified;
    const bool holds = act.kind == ActKind::factor_removed && approval == nullptr && !standing.by_root;
    grant.done = [account = wanted.account, act = std::move(act), holds](WriteTxn& txn) {
        if (holds) {
            hold_addresses(txn, account, act.at + remembered_for);
        }
        if (act.number == 0) {
            (void)ActsTable::add(txn, account, act);
        } else {
            ActsTable::put(txn, account, act);
        }
        store::MetaTable::put_steady_time(txn, act.at);
    };
    co_return grant;
}

Task<void> HelpdeskActs::leave_request(Wanted wanted, std::string name) {
    const Milliseconds at = now();
    const std::vector<Act> acts = acts_of(wanted.account);
    if (request_for(acts, wanted, at) != nullptr) {
        co_return;
    }
    Act act = new_act(wanted.kind, wanted.actor);
    act.state = ActState::requested;
    act.detail = std::move(wanted.detail);
    act.until = at + approval_life;
    std::string detail(to_text(act.kind));
    detail += act.detail.empty() ? "" : " " + act.detail;
    AuditEvent event = event_of(AuditKind::act_requested, true, account_of(wanted.account), act.actor,
                                std::move(detail), clock_.wall());
    auto writing = store_.write([account = wanted.account, act, event, name](WriteTxn& txn) {
        (void)ActsTable::add(txn, account, act);
        append(txn, event, name);
        store::MetaTable::put_steady_time(txn, act.at);
    });
    co_await writing;
}

void HelpdeskActs::require_tries(std::uint32_t actor) const {
    store_.read([&](const ReadTxn& txn) {
        check_tries(txn, actor, now());
        return 0;
    });
}

Task<void> HelpdeskActs::send_code(Uid uid, Medium medium, Operator actor) {
    const model::Account account = account_of(uid);
    const std::string& name = account.public_part.name;
    if (actor.uid == uid.value) {
        throw Error(Error::Kind::denied, std::string(own_account));
    }
    require_tries(actor.uid);
    const std::vector<Medium> ways = ways_to_verify(account);
    if (std::ranges::find(ways, medium) == ways.end()) {
        throw Error(Error::Kind::conflict,
                    ways.empty() ? "the account has no confirmed address that a code could go to: do what the caller "
                                   "wants, and have a second operator approve it"
                                 : "there is no confirmed address for " + std::string(to_text(medium))
                                       + ", or no channel: verify the caller by " + std::string(to_text(ways.front())));
    }
    Tickets::Issue issue;
    issue.account = uid;
    issue.type = TicketType::verify_caller;
    issue.issuer = model::TicketIssuer::helpdesk;
    issue.medium = medium;
    issue.step = std::string(to_text(TicketType::verify_caller));
    issue.actor = actor.uid;
    issue.proven = true;
    Tickets::Issued issued = tickets_.issue(issue);
    if (!issued.sends) { // it went out less than a minute ago, or as often as it may
        co_return;
    }
    Act act = new_act(ActKind::caller_verified, actor);
    act.state = ActState::asked;
    act.medium = medium;
    act.ticket = issued.serial;
    act.until = act.at + caller_life;
    const std::vector<Act> acts = acts_of(uid);
    const bool known = newest(acts,
                              [&](const Act& other) {
                                  return other.state == ActState::asked && other.actor == actor.uid
                                         && other.medium == medium && other.ticket == act.ticket;
                              })
                       != nullptr;
    AuditEvent event = event_of(AuditKind::caller_verified, false, account, actor.uid,
                                "a code by " + std::string(to_text(medium)), clock_.wall());
    auto writing = store_.write([uid, known, act, event, name, work = std::move(issued.work)](WriteTxn& txn) mutable {
        work(txn);
        const auto ticket = store::TicketsTable::get(txn, uid, {TicketType::verify_caller, act.medium});
        if (!known && ticket && ticket->serial == act.ticket) { // else nothing was sent
            (void)ActsTable::add(txn, uid, act);
        }
        append(txn, event, name);
    });
    co_await writing;
    const auto kept = store_.read(
        [&](const ReadTxn& txn) { return store::TicketsTable::get(txn, uid, {TicketType::verify_caller, medium}); });
    if (!kept || kept->serial != act.ticket) {
        throw Error(Error::Kind::unavailable, "the code was not sent: 'loquetctl message list --account " + name
                                                  + "' says why; verify the caller by another medium");
    }
}

Task<void> HelpdeskActs::confirm_caller(Uid uid, Operator actor, Secret code) {
    const model::Account account = account_of(uid);
    const std::string& name = account.public_part.name;
    require_tries(actor.uid);
    const Milliseconds at = now();
    const std::vector<Act> acts = acts_of(uid);
    const auto match = tickets_.find(account, {TicketType::verify_caller}, code_in(code.reveal()));
    const auto awaits = [&](const Act& act) {
        return act.kind == ActKind::caller_verified && act.state == ActState::asked && act.actor == actor.uid
               && act.medium && at < act.until;
    };
    const auto is_read_out = [&](const Act& act) {
        return awaits(act) && act.medium == match->medium && act.ticket == match->serial;
    };
    const bool is_theirs = match && match->actor == actor.uid;
    const Act* asked = is_theirs ? newest(acts, is_read_out) : nullptr;
    const bool right = asked != nullptr;
    asked = right ? asked : newest(acts, awaits);
    if (asked == nullptr) {
        throw Error(Error::Kind::conflict,
                    "no code is awaited from the caller, or its time is over: 'loquetctl account "
                    "verify "
                        + name + "' sends a new one");
    }
    Act act = *asked;
    const Medium medium = *act.medium;
    act.wall = clock_.wall();
    act.at = at;
    if (right) {
        act.state = ActState::done;
        act.until = at + verified_for;
    } else {
        ++act.tries;
        act.state = act.tries < limits::caller_tries ? ActState::asked : ActState::failed;
    }
    AuditEvent event = event_of(AuditKind::caller_verified, right, account, actor.uid,
                                right ? "by " + std::string(to_text(medium)) : "wrong-code", clock_.wall());
    Store::Work spend = right ? [open = tickets_.open(uid, *match, holder_of_caller_codes),
                                 use = tickets_.use(uid, *match, holder_of_caller_codes)](WriteTxn& txn) mutable {
        open(txn);
        use(txn);
    } : Store::Work([uid, medium, actor, at, failed = act.state == ActState::failed](WriteTxn& txn) {
        count_try(txn, actor.uid, at);
        if (failed) {
            void_ticket(txn, uid, medium);
        }
    });
    auto writing = store_.write([uid, actor, at, act, event, name, spend = std::move(spend)](WriteTxn& txn) mutable {
        check_tries(txn, actor.uid, at);
        spend(txn);
        ActsTable::put(txn, uid, act);
        append(txn, event, name);
        store::MetaTable::put_steady_time(txn, at);
    });
    co_await writing;
    if (act.state == ActState::failed) {
        throw Error(Error::Kind::denied, "that is not the code, and it is void now: 'loquetctl account verify " + name
                                             + "' sends a new one");
    }
    if (!right) {
        throw Error(Error::Kind::denied, "that is not the code: " + std::to_string(limits::caller_tries - act.tries)
                                             + " more can be tried. Have the caller read it once more");
    }
}

Task<void> HelpdeskActs::approve(Uid uid, std::uint64_t number, Operator approver) {
    const model::Account account = account_of(uid);
    const Milliseconds at = now();
    const std::vector<Act> acts = acts_of(uid);
    const auto found = std::ranges::find(acts, number, &Act::number);
    if (found == acts.end()) {
        throw Error(Error::Kind::not_found, "there is no request with this number");
    }
    if (found->state == ActState::approved && found->approver == approver.uid && at < found->until) {
        co_return; // the call came twice
    }
    if (found->state != ActState::requested || at >= found->until) {
        throw Error(Error::Kind::conflict, "the request waits no more: who asked for it has to repeat the command");
    }
    if (found->actor == approver.uid) {
        throw Error(Error::Kind::denied, "you asked for it yourself: another operator has to approve it");
    }
    if (approver.uid == uid.value) {
        throw Error(Error::Kind::denied, "this is your own account: another operator has to approve it");
    }
    Act act = *found;
    act.state = ActState::approved;
    act.approver = approver.uid;
    act.approver_name = base::printable(approver.name, limits::operator_name_bytes);
    act.until = at + approval_life;
    std::string detail = std::string(to_text(act.kind)) + (act.detail.empty() ? "" : " " + act.detail)
                         + ", asked for by " + std::to_string(act.actor);
    AuditEvent event = event_of(AuditKind::act_approved, true, account, approver.uid, std::move(detail), clock_.wall());
    auto writing = store_.write([uid, act, event, name = account.public_part.name, at](WriteTxn& txn) {
        ActsTable::put(txn, uid, act);
        append(txn, event, name);
        store::MetaTable::put_steady_time(txn, at);
    });
    co_await writing;
}

std::vector<Act> HelpdeskActs::list(Uid uid) const {
    std::vector<Act> acts = acts_of(uid);
    const Milliseconds at = now();
    std::erase_if(acts, [&](const Act& act) { return act.until.count() != 0 && at >= act.until; });
    for (Act& act : acts) {
        if (act.until.count() != 0) {
            act.until = steady_.on_wall(act.until, clock_);
        }
    }
    return acts;
}

} // namespace loquet::recovery
