// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_view.h"

#include "daemon/api/account_request.h"
#include "daemon/config/flow_tables.h"
#include "daemon/model/contact.h"

#include <algorithm>
#include <array>

namespace loquet::api {

using base::microseconds;
using base::Milliseconds;
using bus::Writer;
using model::AccountState;

namespace {

constexpr Access helpdesk_or_self = self_or(Action::read_accounts);

constexpr std::array<AccountProperty, 17> account_properties_table{{
    {"Name", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.public_part.name); }},
    {"UID", "u", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.public_part.uid.value); }},
    {"GID", "u", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.public_part.gid); }},
    {"DisplayName", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.public_part.display_name); }},
    {"State", "s", helpdesk_or_self, [](Writer& w, const AccountProperties& a) { w.text(a.state); }},
    {"LockedUntil", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.locked_until)); }},
    {"LockReason", "s", helpdesk_or_self, [](Writer& w, const AccountProperties& a) { w.text(a.lock_reason); }},
    {"PasswordSet", "b", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.boolean(a.view.has_password); }},
    {"PasswordChanged", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.password_changed)); }},
    {"PasswordExpires", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.password_expires)); }},
    {"PasswordMustChange", "b", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.boolean(a.view.must_change); }},
    {"LastLogin", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.account.private_part.last_login)); }},
    {"MailMasked", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_mail(a.view.account.private_part.mail)); }},
    {"PhoneMasked", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_phone(a.view.account.private_part.phone)); }},
    {"Organisation", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.private_part.organisation); }},
    {"Authorisations", "as", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.texts(a.view.account.private_part.authorisations); }},
    {"Factors", "as", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) {
         std::vector<std::string> factors = a.view.account.private_part.factors;
         if (a.view.has_password) {
             factors.insert(factors.begin(), config::spec_of(config::StepKind::password).name);
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
    const model::PrivateAccount& private_part = account.view.account.private_part;
    account.state = name_of(accounts::state_of(private_part.state, account.view.attempts, steady.now(clock)));
    add_lock(account, steady, clock);
    if (private_part.state != AccountState::active) {
        account.lock_reason = private_part.state_reason;
    }
    if (settings.password.expires_after.count() > 0 && account.view.has_password) {
        account.password_expires = account.view.password_changed + settings.password.expires_after;
    }
    return account;
}

const std::array<AccountProperty, 17>& account_properties() noexcept {
    return account_properties_table;
}

} // namespace loquet::api
