// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/identifiers_table.h"

#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace loquet::store {

using model::Digest;
using model::Medium;
using model::Uid;

namespace {

constexpr std::string_view forms_key = "identifier-forms";

constexpr std::array media{Medium::mail, Medium::sms};

Digest digest_of(const ReadTxn& txn, Medium medium, std::string_view canonical) {
    return txn.digest(DigestKind::identifier, (medium == Medium::mail ? "mail " : "phone ") + std::string(canonical));
}

/// Canonical; nothing where the account is not to be known by it.
std::optional<std::string> confirmed_address(const model::PrivateAccount& account, Medium medium) {
    if (!model::is_confirmed(account, medium)) {
        return std::nullopt;
    }
    return medium == Medium::mail ? model::canonical_mail(account.mail) : std::optional(account.phone);
}
std::optional<std::string> confirmed_address(const std::optional<model::PrivateAccount>& account, Medium medium) {
    return account ? confirmed_address(*account, medium) : std::nullopt;
}

void put(WriteTxn& txn, Medium medium, const std::string& address, Uid account) {
    txn.put(Table::identifiers, Key(IdentifierKey{digest_of(txn, medium, address), account}), {});
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

namespace {

std::vector<Uid> accounts_with(const ReadTxn& txn, const Digest& digest, std::size_t most) {
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

} // namespace

std::vector<Uid> IdentifiersTable::with_mail(const ReadTxn& txn, std::string_view mail, std::size_t most) {
    return accounts_with(txn, digest_of(txn, Medium::mail, mail), most);
}

bool IdentifiersTable::is_shared(const ReadTxn& txn, Uid account, const model::PrivateAccount& private_part,
                                 Medium medium, base::Milliseconds steady) {
    const auto address = confirmed_address(private_part, medium);
    constexpr std::size_t most = limits::accounts_per_address;
    const auto accounts = accounts_with(txn, digest_of(txn, medium, address.value_or(std::string())), most);
    return accounts.size() == most || std::ranges::any_of(accounts, [&](Uid other) {
               const auto part = other == account ? std::nullopt : PrivateAccounts::get(txn, other);
               return part && address_state(*part, medium, steady) == model::AddressState::usable;
           });
}

std::optional<Uid> IdentifiersTable::behind(const ReadTxn& txn, std::string_view mail) {
    std::optional<Uid> account;
    for (const IdentifierKey& from : {IdentifierKey{digest_of(txn, Medium::mail, mail), Uid{}}, IdentifierKey{}}) {
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
    for (const Medium medium : media) {
        const auto former = confirmed_address(before, medium);
        const auto address = confirmed_address(after, medium);
        if (former == address) {
            continue;
        }
        if (former) {
            txn.erase(Table::identifiers, Key(IdentifierKey{digest_of(txn, medium, *former), account}));
        }
        if (address) {
            put(txn, medium, *address, account);
        }
    }
}

bool IdentifiersTable::is_outdated(const ReadTxn& txn) {
    return MetaTable::number(txn, forms_key) != model::identifier_forms;
}

void IdentifiersTable::refill(WriteTxn& txn) {
    constexpr std::size_t slice = 1024; // what is visited is not written meanwhile
    erase_all(txn);
    struct Found {
        Uid account;
        Medium medium;
        std::string address;
    };
    std::vector<Found> found;
    for (std::optional<Uid> from = Uid{}; from;) {
        Uid next = *from;
        from.reset();
        found.clear();
        PrivateAccounts::each(txn, next, [&](Uid uid, const model::PrivateAccount& account) {
            if (found.size() >= slice) {
                from = uid;
                return false;
            }
            for (const Medium medium : media) {
                if (auto address = confirmed_address(account, medium)) {
                    found.push_back({uid, medium, *std::move(address)});
                }
            }
            return true;
        });
        for (const Found& each : found) {
            put(txn, each.medium, each.address, each.account);
        }
    }
    MetaTable::put_number(txn, forms_key, model::identifier_forms);
}

} // namespace loquet::store
