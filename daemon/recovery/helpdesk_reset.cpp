// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/helpdesk_reset.h"

#include "daemon/accounts/account_changes.h"
#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace loquet::recovery {

using base::Error;

namespace {

std::string name_of_address(model::Medium medium) {
    return medium == model::Medium::mail ? "mail address" : "telephone number";
}

void require_active(const model::PrivateAccount& account) {
    if (account.state != model::AccountState::active) {
        throw Error(Error::Kind::conflict,
                    account.state == model::AccountState::locked
                        ? "the account is locked, and a code would open nothing: unlock it first"
                        : "the account is disabled, and a code would open nothing: enable it first");
    }
}

void require_address(const model::PrivateAccount& private_part, model::Medium medium, base::Milliseconds now) {
    switch (address_state(private_part, medium, now)) {
    case model::AddressState::usable:
        return;
    case model::AddressState::missing:
        throw Error(Error::Kind::conflict,
                    "the account has no " + name_of_address(medium)
                        + ": send the code by the other medium, or reset the account without one");
    case model::AddressState::unconfirmed:
        throw Error(Error::Kind::conflict,
                    "nobody has shown that the " + name_of_address(medium)
                        + " is the owner's, so a code that opens the account does not go there: 'loquetctl account "
                          "confirm NAME' by an administrator says that it is");
    case model::AddressState::held:
        throw Error(
            Error::Kind::conflict,
            "codes go to the " + name_of_address(medium)
                + " when a hold is over, because it was confirmed for a caller whom nobody had verified, or one "
                  "operator alone removed a factor: 'loquetctl account show NAME' says until when; verify the "
                  "caller by the other address, or reset by code");
    }
}

} // namespace

model::Account HelpdeskReset::ready_account(const Request& request) const {
    auto account = store_.read([&](const store::ReadTxn& txn) -> std::optional<model::Account> {
        auto public_part = store::PublicAccounts::get(txn, request.account);
        auto private_part = store::PrivateAccounts::get(txn, request.account);
        if (!public_part || !private_part) {
            return std::nullopt;
        }
        return model::Account{*std::move(public_part), *std::move(private_part)};
    });
    if (!account) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    require_active(account->private_part);
    if (!request.medium) {
        return *std::move(account);
    }
    require_address(account->private_part, *request.medium, steady_.now(clock_));
    const auto& media = outbox_.settings().media;
    if (std::ranges::find(media, *request.medium) == media.end()) {
        throw Error(Error::Kind::unavailable,
                    "this site sends nothing by " + std::string(to_text(*request.medium))
                        + ": name a channel in [outbox] of loquet.toml, or send the code by the other medium");
    }
    return *std::move(account);
}

Tickets::Issue HelpdeskReset::issue_of(const Request& request) const {
    Tickets::Issue issue;
    issue.account = request.account;
    issue.issuer = model::TicketIssuer::helpdesk;
    issue.medium = request.medium;
    issue.purpose = request.purpose;
    issue.step = request.step;
    issue.actor = request.actor;
    issue.proven = true;
    return issue;
}

model::AuditEvent HelpdeskReset::event_of(const model::Account& account, const Request& request,
                                          std::string detail) const {
    model::AuditEvent event;
    event.kind = model::AuditKind::reset_started;
    event.granted = true;
    event.account = request.account;
    event.identity = store_.digest(store::DigestKind::name, account.public_part.name);
    event.actor = request.actor;
    event.detail = std::move(detail);
    event.time = clock_.wall();
    return event;
}

void HelpdeskReset::check(const Request& request) const {
    (void)ready_account(request);
}

namespace {

/// What is written for a code: its ticket, the record of the act, what the next logins show, and that of the audit log.
store::Store::Work all_of(store::Store::Work ticket, store::Store::Work done, const model::AuditEvent& event,
                          model::ScreenEvent shown) {
    return [ticket = std::move(ticket), done = std::move(done), event, shown](store::WriteTxn& txn) mutable {
        ticket(txn);
        if (done) {
            done(txn);
        }
        accounts::show_at_logins(txn, *event.account, shown, event.actor, event.time);
        audit::AuditLog::append(txn, event);
    };
}

} // namespace

base::Task<void> HelpdeskReset::send(Request request, store::Store::Work done) {
    const model::Account account = ready_account(request);
    const model::AuditEvent event =
        event_of(account, request, "a code by " + std::string(to_text(request.medium.value())));
    Tickets::Issued issued = tickets_.issue(issue_of(request));
    if (!issued.sends) { // it went out less than a minute ago, or as often as it may
        co_return;
    }
    auto writing = store_.write(all_of(std::move(issued.work), std::move(done), event, model::ScreenEvent::code_sent));
    co_await writing;
}

base::Task<base::Secret> HelpdeskReset::read_out(Request request, store::Store::Work done) {
    const model::Account account = ready_account(request);
    const model::AuditEvent event = event_of(account, request, "a code that the operator reads out");
    Tickets::Issued issued = tickets_.issue(issue_of(request));
    store::Store::Work telling =
        notify_ ? notify_(request.account, model::Notice::code_read_out) : store::Store::Work();
    auto writing =
        store_.write([work = all_of(std::move(issued.work), std::move(done), event, model::ScreenEvent::code_read_out),
                      telling = std::move(telling)](store::WriteTxn& txn) mutable {
            work(txn);
            if (telling) {
                telling(txn);
            }
        });
    co_await writing;
    co_return std::move(issued.code);
}

} // namespace loquet::recovery
