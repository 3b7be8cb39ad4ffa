// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/identifiers_table.h"

#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"

#include <string>
#include <utility>

namespace loquet::store {

using model::Digest;
using model::Uid;

namespace {

constexpr std::string_view forms_key = "identifier-forms";

Digest digest_of_mail(const ReadTxn& txn, std::string_view canonical) {
    return txn.digest(DigestKind::identifier, "mail " + std::string(canonical));
}

/// Nothing where the account cannot be found by it.
std::optional<std::string> mail_of(const std::optional<model::PrivateAccount>& account) {
    return account && account->mail_confirmed.count() != 0 ? model::canonical_mail(account->mail) : std::nullopt;
}

void put(WriteTxn& txn, const std::string& mail, Uid account) {
    txn.put(Table::identifiers, Key(IdentifierKey{digest_of_mail(txn, mail), account}), {});
}

void erase_all(WriteTxn& txn) {
    std::vector<Key> keys;
    txn.each_key(Table::identifiers, Key(IdentifierKey{}), [&](Bytes key) {
        keys.push_back(Key::from(key));
        return true;
    });
    for (const Key& key : keys) {
        txn.erase(Table::identifiers, key);
    }
}

} // namespace

std::vector<Uid> IdentifiersTable::with_mail(const ReadTxn& txn, std::string_view mail, std::size_t most) {
    const Digest digest = digest_of_mail(txn, mail);
    std::vector<Uid> accounts;
    txn.each_key(Table::identifiers, Key(IdentifierKey{digest, Uid{}}), [&](Bytes bytes) {
        const auto key = detail::require_readable(key_from<IdentifierKey>(bytes), Table::identifiers);
        if (key.identifier != digest || accounts.size() == most) {
            return false;
        }
        accounts.push_back(key.account);
        return true;
    });
    return accounts;
}

std::optional<Uid> IdentifiersTable::behind(const ReadTxn& txn, std::string_view mail) {
    std::optional<Uid> account;
    for (const IdentifierKey& from : {IdentifierKey{digest_of_mail(txn, mail), Uid{}}, IdentifierKey{}}) {
        if (!account) {
            txn.each_key(Table::identifiers, Key(from), [&](Bytes bytes) {
                account = detail::require_readable(key_from<IdentifierKey>(bytes), Table::identifiers).account;
                return false;
            });
        }
    }
    return account;
}

void IdentifiersTable::move(WriteTxn& txn, Uid account, const std::optional<model::PrivateAccount>& before,
                            const std::optional<model::PrivateAccount>& after) {
    const auto former = mail_of(before);
    const auto mail = mail_of(after);
    if (former == mail) {
        return;
    }
    if (former) {
        txn.erase(Table::identifiers, Key(IdentifierKey{digest_of_mail(txn, *former), account}));
    }
    if (mail) {
        put(txn, *mail, account);
    }
}

bool IdentifiersTable::is_outdated(const ReadTxn& txn) {
    return MetaTable::number(txn, forms_key) != model::identifier_forms;
}

void IdentifiersTable::refill(WriteTxn& txn) {
    constexpr std::size_t slice = 1024; // what is visited is not written meanwhile
    erase_all(txn);
    std::vector<std::pair<Uid, std::string>> found;
    for (std::optional<Uid> from = Uid{}; from;) {
        Uid next = *from;
        from.reset();
        found.clear();
        PrivateAccounts::each(txn, next, [&](Uid uid, const model::PrivateAccount& account) {
            if (found.size() == slice) {
                from = uid;
                return false;
            }
            if (auto mail = mail_of(account)) {
                found.emplace_back(uid, *std::move(mail));
            }
            return true;
        });
        for (const auto& [uid, mail] : found) {
            put(txn, mail, uid);
        }
    }
    MetaTable::put_number(txn, forms_key, model::identifier_forms);
}

} // namespace loquet::store
