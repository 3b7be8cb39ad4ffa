// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_view.h"

#include "daemon/api/account_request.h"
#include "daemon/model/contact.h"
#include "lib/base/error.h"

#include <algorithm>
#include <array>

namespace loquet::api {

using base::microseconds;
using base::Milliseconds;
using bus::Writer;
using model::AccountState;

namespace {

struct Property {
    const char* name;
    const char* signature;
    void (*write)(Writer&, const AccountProperties&);
};

constexpr std::array<Property, 17> table{{
    {"Name", "s", [](Writer& w, const AccountProperties& a) { w.text(a.view.account.open.name); }},
    {"UID", "u", [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.open.uid.value); }},
    {"GID", "u", [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.open.gid); }},
    {"DisplayName", "s", [](Writer& w, const AccountProperties& a) { w.text(a.view.account.open.display_name); }},
    {"State", "s", [](Writer& w, const AccountProperties& a) { w.text(a.state); }},
    {"LockedUntil", "t", [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.locked_until)); }},
    {"LockReason", "s", [](Writer& w, const AccountProperties& a) { w.text(a.lock_reason); }},
    {"PasswordSet", "b", [](Writer& w, const AccountProperties& a) { w.boolean(a.view.has_password); }},
    {"PasswordChanged", "t",
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.password_changed)); }},
    {"PasswordExpires", "t", [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.password_expires)); }},
    {"PasswordMustChange", "b", [](Writer& w, const AccountProperties& a) { w.boolean(a.view.must_change); }},
    {"LastLogin", "t",
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.account.closed.last_login)); }},
    {"MailMasked", "s",
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_mail(a.view.account.closed.mail)); }},
    {"PhoneMasked", "s",
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_phone(a.view.account.closed.phone)); }},
    {"Organisation", "s", [](Writer& w, const AccountProperties& a) { w.text(a.view.account.closed.organisation); }},
    {"Authorisations", "as",
     [](Writer& w, const AccountProperties& a) { w.texts(a.view.account.closed.authorisations); }},
    {"Factors", "as",
     [](Writer& w, const AccountProperties& a) {
         std::vector<std::string> factors = a.view.account.closed.factors;
         if (a.view.has_password) {
             factors.insert(factors.begin(), "password");
         }
         w.texts(factors);
     }},
}};

/// The lock by failures that still stands: the account's, else the latest of one of its places.
void add_lock(AccountProperties& account, model::SteadyTime& steady, const base::Clock& clock) {
    const Milliseconds now = steady.now(clock);
    model::FailureLock lock = account.view.attempts.lock_at(now.count());
    if (!lock.stands(now.count())) {
        lock = account.view.attempts.place_lock_at(now.count());
    }
    if (!lock.stands(now.count())) {
        return;
    }
    account.lock_reason = lock.reason;
    if (!lock.endless) {
        account.locked_until = steady.on_wall(Milliseconds(lock.until), clock);
    }
}

} // namespace

AccountProperties properties_of(accounts::AccountView view, const config::Config& settings, model::SteadyTime& steady,
                                const base::Clock& clock) {
    AccountProperties account;
    account.view = std::move(view);
    const model::PrivateAccount& closed = account.view.account.closed;
    account.state = name_of(accounts::state_of(closed.state, account.view.attempts, steady.now(clock)));
    add_lock(account, steady, clock);
    if (closed.state != AccountState::active) {
        account.lock_reason = closed.state_reason;
    }
    if (settings.password.expires_after.count() > 0 && account.view.has_password) {
        account.password_expires = account.view.password_changed + settings.password.expires_after;
    }
    return account;
}

void write_property(Writer& writer, const AccountProperties& account, std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Property& property) { return property.name == name; });
    if (found == table.end()) {
        throw base::Error(base::Error::Kind::not_found, "accounts have no such property");
    }
    writer.variant(found->signature, [&] { found->write(writer, account); });
}

void write_all_properties(Writer& writer, const AccountProperties& account) {
    for (const Property& property : table) {
        writer.entry(property.name, property.signature, [&] { property.write(writer, account); });
    }
}

} // namespace loquet::api
