// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/account_changes.h"

#include "daemon/accounts/new_account.h"
#include "daemon/config/flow_tables.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace loquet::accounts {

using base::Error;
using model::AccountState;
using store::AccountsTable;
using store::Credentials;
using store::PrivateAccounts;

namespace {

/// A following state, or why there is none.
struct Rule {
    std::optional<AccountState> next;
    const char* refusal = "";
};

constexpr Rule to(AccountState state) {
    return {state, ""};
}
constexpr Rule no(const char* refusal) {
    return {std::nullopt, refusal};
}

constexpr auto active = AccountState::active;
constexpr auto locked = AccountState::locked;
constexpr auto disabled = AccountState::disabled;

constexpr std::size_t acts = 4;
constexpr std::size_t states = 3;
// clang-format off
constexpr std::array<std::array<Rule, states>, acts> rules{{
    //            active         locked         disabled
    /* lock    */ {{to(locked),   to(locked),   no("the account is disabled, which refuses more than a lock does")}},
    /* unlock  */ {{to(active),   to(active),   no("the account is disabled: enable it")}},
    /* disable */ {{to(disabled), to(disabled), to(disabled)}},
    /* enable  */ {{to(active),   no("the account is locked: unlock it"), to(active)}},
}};
// clang-format on

Error unknown_factor(const std::string& factor, const std::vector<std::string>& factors) {
    std::string known;
    for (const std::string& one : factors) {
        known += (known.empty() ? "" : ", ") + one;
    }
    return {Error::Kind::not_found, "there is no factor \"" + base::printable(factor, 80) + "\"; "
                                        + (known.empty() ? "this account has none" : "this account has: " + known)};
}

} // namespace

AccountState state_after(Act act, AccountState now) {
    const Rule& rule = rules.at(static_cast<std::size_t>(act)).at(static_cast<std::size_t>(now));
    if (!rule.next) {
        throw Error(Error::Kind::conflict, rule.refusal);
    }
    return *rule.next;
}

void check(const FactorRemoval& removal) {
    if (config::is_step(removal.factor, config::StepKind::password)) {
        throw Error(Error::Kind::invalid, "a password is not removed but replaced: start a reset, and the owner must "
                                          "choose another one at the next login");
    }
    if (removal.reason.empty()) {
        throw Error(Error::Kind::invalid, "the reason is missing: say why the factor is removed");
    }
    check_reason(removal.reason);
}

bool remove_factor(store::WriteTxn& txn, model::Uid uid, const FactorRemoval& removal) {
    auto private_part = PrivateAccounts::get(txn, uid).value_or(model::PrivateAccount{});
    const auto found = std::find(private_part.factors.begin(), private_part.factors.end(), removal.factor);
    if (found == private_part.factors.end()) {
        if (!removal.is_configured) {
            throw unknown_factor(removal.factor, private_part.factors);
        }
        return false;
    }
    private_part.factors.erase(found);
    private_part.trusted_places.clear();
    ++private_part.generation;
    AccountsTable::put(txn, uid, private_part);
    store::StepsTable::erase(txn, uid, removal.factor);
    return true;
}

bool confirm_addresses(model::PrivateAccount& account, base::Milliseconds wall,
                       base::Milliseconds held_until) noexcept {
    bool changed = false;
    const auto confirm = [&](const std::string& address, base::Milliseconds& confirmed, base::Milliseconds& held) {
        const bool is_new = !address.empty() && confirmed.count() == 0;
        if (is_new) {
            confirmed = wall;
        }
        if (is_new || held_until < held) {
            held = held_until;
            changed = true;
        }
    };
    confirm(account.mail, account.mail_confirmed, account.mail_held_until);
    confirm(account.phone, account.phone_confirmed, account.phone_held_until);
    return changed;
}

void put_address(store::WriteTxn& txn, model::Uid uid, const NewAddress& address) {
    auto account = PrivateAccounts::get(txn, uid);
    if (!account) {
        throw Error(Error::Kind::not_found, "there is no account with this number");
    }
    const bool by_mail = address.medium == model::Medium::mail;
    (by_mail ? account->mail : account->phone) = address.address;
    confirmed_of(*account, address.medium) = address.wall;
    base::Milliseconds& held = by_mail ? account->mail_held_until : account->phone_held_until;
    held = std::max(held, address.held_until);
    ++account->generation;
    AccountsTable::put(txn, uid, *account);
}

namespace {

/// Of an account of the store, or root's; others are told by their number: who they are is known to the machine alone.
std::string name_of_operator(const store::WriteTxn& txn, std::uint32_t actor) {
    if (actor == 0) {
        return "root";
    }
    const auto account = store::PublicAccounts::get(txn, model::Uid{actor});
    return account ? account->name : "UID " + std::to_string(actor);
}

/// What takes or gives more outlives what does less, so that nobody hides an act behind another one.
int weight_of(model::ScreenEvent event) {
    switch (event) {
    case model::ScreenEvent::unlocked:
        return 0;
    case model::ScreenEvent::password_reset:
    case model::ScreenEvent::code_sent:
        return 1;
    case model::ScreenEvent::recovered:
    case model::ScreenEvent::factor_removed:
    case model::ScreenEvent::addresses_confirmed:
    case model::ScreenEvent::code_read_out:
    case model::ScreenEvent::address_changed:
        break;
    }
    return 2;
}

} // namespace

void show_at_logins(store::WriteTxn& txn, model::Uid uid, model::ScreenEvent event, std::optional<std::uint32_t> actor,
                    base::Milliseconds wall) {
    auto account = PrivateAccounts::get(txn, uid);
    if (!account) {
        return;
    }
    auto& notices = account->screen_notices;
    model::ScreenNotice notice{event, wall, actor ? name_of_operator(txn, *actor) : "", limits::notice_screens};
    std::erase_if(notices,
                  [&](const model::ScreenNotice& each) { return each.event == event && each.by == notice.by; });
    notices.push_back(std::move(notice));
    if (notices.size() > limits::screen_notices) {
        notices.erase(std::ranges::min_element(notices, {}, [](const auto& each) { return weight_of(each.event); }));
    }
    AccountsTable::put(txn, uid, *account);
}

void note_own_password(model::Credential& credential) noexcept {
    credential.own_before |= !credential.password_hash.empty() && !credential.must_change;
}

void put_password(store::WriteTxn& txn, model::Uid uid, const NewPassword& password) {
    auto private_part = PrivateAccounts::get(txn, uid);
    if (!private_part) {
        throw Error(Error::Kind::not_found, "there is no account with this number");
    }
    auto credential = Credentials::get(txn, uid).value_or(model::Credential{});
    note_own_password(credential);
    if (!credential.password_hash.empty()) {
        credential.history.insert(credential.history.begin(), std::move(credential.password_hash));
    }
    if (credential.history.size() > password.history) {
        credential.history.resize(password.history);
    }
    credential.password_hash = password.hash;
    credential.password_changed = password.wall;
    credential.must_change = password.must_change;
    ++private_part->generation;
    private_part->trusted_places.clear();
    AccountsTable::put(txn, uid, *private_part);
    AccountsTable::put(txn, uid, credential);
}

bool replace_hash(store::WriteTxn& txn, model::Uid uid, const std::string& former, const std::string& hash) {
    auto credential = Credentials::get(txn, uid);
    if (!credential || credential->password_hash != former) {
        return false;
    }
    credential->password_hash = hash;
    AccountsTable::put(txn, uid, *credential);
    return true;
}

} // namespace loquet::accounts
