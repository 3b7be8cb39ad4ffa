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

void require_address(const model::Account& account, model::Medium medium) {
    const model::PrivateAccount& private_part = account.private_part;
    if (private_part.state != model::AccountState::active) {
        throw Error(Error::Kind::conflict,
                    private_part.state == model::AccountState::locked
                        ? "the account is locked, and a code would open nothing: unlock it first"
                        : "the account is disabled, and a code would open nothing: enable it first");
    }
    if (address_of(private_part, medium).empty()) {
        throw Error(Error::Kind::conflict,
                    "the account has no " + name_of_address(medium)
                        + ": send the code by the other medium, or reset the account without one");
    }
    if (!is_confirmed(private_part, medium)) {
        throw Error(Error::Kind::conflict,
                    "nobody has shown that the " + name_of_address(medium)
                        + " is the owner's, so a code that opens the account does not go there: 'loquetctl account "
                          "confirm NAME' by an administrator says that it is");
    }
}

} // namespace

base::Task<void> HelpdeskReset::send(Request request) {
    const auto account = store_.read([&](const store::ReadTxn& txn) -> std::optional<model::Account> {
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
    require_address(*account, request.medium);
    const auto& media = outbox_.settings().media;
    if (std::ranges::find(media, request.medium) == media.end()) {
        throw Error(Error::Kind::unavailable,
                    "this site sends nothing by " + std::string(to_text(request.medium))
                        + ": name a channel in [outbox] of loquet.toml, or send the code by the other medium");
    }
    Tickets::Issue issue;
    issue.account = request.account;
    issue.issuer = model::TicketIssuer::helpdesk;
    issue.medium = request.medium;
    issue.purpose = std::move(request.purpose);
    issue.step = std::move(request.step);
    issue.actor = request.actor;
    issue.proven = true;
    model::AuditEvent event;
    event.kind = model::AuditKind::reset_started;
    event.granted = true;
    event.account = request.account;
    event.identity = store_.digest(store::DigestKind::name, account->public_part.name);
    event.actor = request.actor;
    event.detail = "a code by " + std::string(to_text(request.medium));
    event.time = clock_.wall();
    Tickets::Issued issued = tickets_.issue(issue);
    if (!issued.sends) { // it went out less than a minute ago, or as often as it may
        co_return;
    }
    auto writing = store_.write([work = std::move(issued.work), event](store::WriteTxn& txn) mutable {
        work(txn);
        audit::AuditLog::append(txn, event);
        accounts::show_at_logins(txn, *event.account, model::ScreenEvent::code_sent, event.actor, event.time);
    });
    co_await writing;
}

} // namespace loquet::recovery
