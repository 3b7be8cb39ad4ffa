// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"

#include "daemon/store/codec.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/groups_table.h"
#include "daemon/store/number_cursor.h"
#include "daemon/store/public_accounts.h"
#include "daemon/store/sealing.h"
#include "daemon/store/steps_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <string>
#include <utility>

namespace loquet::store {

using base::Error;
using model::Uid;

namespace {

Key name_key(const ReadTxn& txn, std::string_view name) {
    return Key(txn.digest(DigestKind::name, name));
}

void require_account(const ReadTxn& txn, Uid uid) {
    if (!txn.contains(Table::open, Key(uid))) {
        throw Error(Error::Kind::not_found, "no account has the number " + std::to_string(uid.value));
    }
}

/// What became of a number; there is a record for every one that was ever given.
enum class Fate : std::uint8_t { given = 1, erased = 2 };

std::optional<Fate> fate(const ReadTxn& txn, Uid uid) {
    const auto value = txn.get(Table::numbers, Key(uid));
    if (!value) {
        return std::nullopt;
    }
    return value->size() == 1 && value->front() == static_cast<std::uint8_t>(Fate::given) ? Fate::given : Fate::erased;
}

void put_fate(WriteTxn& txn, Uid uid, Fate fate) {
    const auto byte = static_cast<std::uint8_t>(fate);
    txn.put(Table::numbers, Key(uid), {&byte, 1});
}

/// Points the index at the account, and not at its former name any more.
void index_name(WriteTxn& txn, const model::PublicAccount& account, const std::optional<model::PublicAccount>& before) {
    const Key name = name_key(txn, account.name);
    const auto entry = txn.get(Table::names, name);
    const auto owner = entry ? uid_of(*entry) : std::nullopt;
    if (owner == account.uid) {
        return;
    }
    if (owner) {
        throw Error(Error::Kind::conflict,
                    "another account has the name \"" + base::printable(account.name, 64) + "\"");
    }
    if (before) {
        const Key former = name_key(txn, before->name);
        txn.erase(Table::names, former);
        CountersTable::move_attempts(txn, txn.digest(DigestKind::name, before->name),
                                     txn.digest(DigestKind::name, account.name));
    }
    txn.put(Table::names, name, Key(account.uid).bytes());
}

} // namespace

std::optional<Uid> AccountsTable::find(const ReadTxn& txn, std::string_view name) {
    return PublicAccounts::find(txn, name);
}

std::optional<model::Account> AccountsTable::named(const ReadTxn& txn, std::string_view name) {
    const auto uid = find(txn, name);
    if (!uid) {
        return std::nullopt;
    }
    auto open_record = open(txn, *uid);
    auto closed_record = closed(txn, *uid);
    if (!open_record || !closed_record) {
        throw Error(Error::Kind::corrupt, "account " + std::to_string(uid->value) + " has no record");
    }
    return model::Account{std::move(*open_record), std::move(*closed_record)};
}

std::optional<model::PublicAccount> AccountsTable::open(const ReadTxn& txn, Uid uid) {
    return PublicAccounts::open(txn, uid);
}

std::optional<model::PrivateAccount> AccountsTable::closed(const ReadTxn& txn, Uid uid) {
    const auto record = txn.get(Table::closed, Key(uid));
    return record ? std::optional(decode_private(*record)) : std::nullopt;
}

std::optional<model::Credential> AccountsTable::credential(const ReadTxn& txn, Uid uid) {
    const auto record = txn.get(Table::credential, Key(uid));
    return record ? std::optional(decode_credential(*record)) : std::nullopt;
}

std::vector<model::PublicAccount> AccountsTable::list(const ReadTxn& txn, Uid after, std::size_t limit) {
    std::vector<model::PublicAccount> out;
    if (limit == 0 || after.value == UINT32_MAX) {
        return out;
    }
    txn.each(Table::open, Key(Uid{after.value + 1}), [&](auto key, auto record) {
        out.push_back(decode_public(uid_of(key).value_or(Uid{}), record));
        return out.size() < limit;
    });
    return out;
}

std::size_t AccountsTable::count(const ReadTxn& txn) {
    return txn.count(Table::open);
}

Uid AccountsTable::allocate(WriteTxn& txn, const UidRange& range) {
    NumberCursor cursor(txn, range);
    const Uid uid = cursor.give([](Uid) { return false; });
    cursor.keep_place();
    return uid;
}

void AccountsTable::mark_given(WriteTxn& txn, Uid number) {
    put_fate(txn, number, Fate::given);
}

bool AccountsTable::is_given(const ReadTxn& txn, Uid number) {
    return txn.contains(Table::numbers, Key(number));
}

void AccountsTable::put(WriteTxn& txn, const model::PublicAccount& account) {
    const auto number = fate(txn, account.uid);
    if (number == Fate::erased) {
        throw Error(Error::Kind::conflict, "the number " + std::to_string(account.uid.value)
                                               + " belonged to an account that was erased, and is not given again");
    }
    if (!number) {
        put_fate(txn, account.uid, Fate::given);
    }
    const auto before = open(txn, account.uid);
    if (before == account) {
        return;
    }
    index_name(txn, account, before);
    txn.put(Table::open, Key(account.uid), encode(account, txn.stored(Table::open, Key(account.uid))));
    GroupsTable::move(txn, before ? &*before : nullptr, &account);
    txn.after_commit(PublicChange{.accounts = {account.uid}, .groups = {}});
}

void AccountsTable::put(WriteTxn& txn, Uid uid, const model::PrivateAccount& account) {
    require_account(txn, uid);
    txn.put(Table::closed, Key(uid), encode(account, txn.stored(Table::closed, Key(uid))));
}

void AccountsTable::put(WriteTxn& txn, Uid uid, const model::Credential& credential) {
    require_account(txn, uid);
    txn.put(Table::credential, Key(uid), encode(credential, txn.stored(Table::credential, Key(uid))));
}

bool AccountsTable::erase(WriteTxn& txn, Uid uid) {
    const auto account = open(txn, uid);
    if (!account) {
        return false;
    }
    CountersTable::erase_attempts(txn, txn.digest(DigestKind::name, account->name));
    StepsTable::erase_all(txn, uid);
    txn.erase(Table::names, name_key(txn, account->name));
    for (const Table table : {Table::open, Table::closed, Table::credential}) {
        txn.erase(table, Key(uid));
    }
    put_fate(txn, uid, Fate::erased);
    GroupsTable::move(txn, &*account, nullptr);
    txn.after_commit(PublicChange{.accounts = {uid}, .groups = {}});
    return true;
}

} // namespace loquet::store
