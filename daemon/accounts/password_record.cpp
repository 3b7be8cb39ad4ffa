// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/password_record.h"

#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"

namespace loquet::accounts {

namespace {

using base::Error;
using store::AccountsTable;
using store::Credentials;
using store::PrivateAccounts;

} // namespace

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
