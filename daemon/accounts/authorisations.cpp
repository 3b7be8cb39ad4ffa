// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/accounts.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::accounts {

using base::Error;
using model::AuditEvent;
using model::AuditKind;
using model::PublicAccount;
using model::Uid;
using store::AccountsTable;
using store::WriteTxn;

namespace {

void check_service(const std::string& service) {
    const bool usable = !service.empty() && service.size() <= limits::client_field_bytes && base::is_printable(service)
                        && service.find_first_of("/ ") == std::string::npos;
    if (!usable) {
        throw Error(Error::Kind::invalid, "an authorisation is the name of a PAM service or an application, without "
                                          "spaces and slashes, or \"*\" for all of them");
    }
}

} // namespace

base::Task<void> Accounts::authorise(Uid uid, std::string service, Actor actor) {
    check_service(service);
    AuditEvent event = new_event(AuditKind::account_changed, actor);
    event.detail = "authorised for " + service;
    Edit edit = [service](WriteTxn& txn, const PublicAccount& open, AuditEvent&) {
        auto closed = AccountsTable::closed(txn, open.uid).value_or(model::PrivateAccount{});
        auto& may = closed.authorisations;
        if (std::find(may.begin(), may.end(), service) != may.end()) {
            return false;
        }
        if (may.size() >= limits::authorisations_per_account) {
            throw Error(Error::Kind::limited, "the account has as many authorisations as one can have: give it \"*\"");
        }
        may.push_back(service);
        AccountsTable::put(txn, open.uid, closed);
        return true;
    };
    base::Task<bool> editing = change(uid, std::move(event), std::move(edit));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, "authorised for a service");
    }
}

base::Task<void> Accounts::deauthorise(Uid uid, std::string service, Actor actor) {
    check_service(service);
    AuditEvent event = new_event(AuditKind::account_changed, actor);
    event.detail = "no longer authorised for " + service;
    Edit edit = [service](WriteTxn& txn, const PublicAccount& open, AuditEvent&) {
        auto closed = AccountsTable::closed(txn, open.uid).value_or(model::PrivateAccount{});
        if (std::erase(closed.authorisations, service) == 0) {
            return false;
        }
        AccountsTable::put(txn, open.uid, closed);
        return true;
    };
    base::Task<bool> editing = change(uid, std::move(event), std::move(edit));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, "no longer authorised for a service");
    }
}

} // namespace loquet::accounts
