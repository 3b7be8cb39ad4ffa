// SPDX-License-Identifier: LGPL-2.1-or-later
// The public half of the accounts and the groups of organisations, as /etc/passwd and /etc/group show them: this header
// does not know the other half, so code that publishes cannot name it. AccountsTable (accounts_table.h) writes
// accounts. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/public_account.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace loquet::store {

[[nodiscard]] model::PublicAccount decode_public(model::Uid uid, Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::PublicAccount& account, Bytes stored);
[[nodiscard]] model::PublicGroup decode_group(std::uint32_t gid, Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::PublicGroup& group, Bytes stored);

class PublicAccounts : public TypedTable<Table::public_accounts, model::Uid, model::PublicAccount, decode_public> {
public:
    /// `name` is canonical (model::canonical_name).
    [[nodiscard]] static std::optional<model::Uid> find(const ReadTxn& txn, std::string_view name);

    /// Accounts with a number above `after`, in order of number, at most `limit`.
    [[nodiscard]] static std::vector<model::PublicAccount> list(const ReadTxn& txn, model::Uid after,
                                                                std::size_t limit);
    /// Calls `visit` with accounts from the number `from` on, in order of number, at most `limit` of them. The number
    /// to go on with; nothing at the end.
    using Visit = std::function<void(model::PublicAccount)>;
    [[nodiscard]] static std::optional<model::Uid> slice(const ReadTxn& txn, model::Uid from, std::size_t limit,
                                                         const Visit& visit);

    /// Raised by every commit that changes what is public (PublicChange); 0: none did yet.
    [[nodiscard]] static std::uint64_t generation(const ReadTxn& txn);
    /// For the writer, once a commit. The raised number.
    static std::uint64_t raise_generation(WriteTxn& txn);
};

/// The groups of organisations, and who is in them. A group has its number for good, from the same range as accounts.
class GroupsTable : public TypedTable<Table::groups, std::uint32_t, model::PublicGroup, decode_group> {
public:
    /// The GID of the organisation's group.
    [[nodiscard]] static std::optional<std::uint32_t> of(const ReadTxn& txn, std::string_view organisation);
    /// In order of GID.
    [[nodiscard]] static std::vector<std::uint32_t> all(const ReadTxn& txn);
    /// In order of UID, at most `limit`.
    [[nodiscard]] static std::vector<model::Uid> members(const ReadTxn& txn, std::uint32_t gid, std::size_t limit);

    /// The number was allocated (AccountsTable::allocate). Throws Error (conflict) where the organisation has a group.
    static void put(WriteTxn& txn, const model::PublicGroup& group);
    /// For AccountsTable: the account's groups were `before`, and are `after` from now on.
    static void move(WriteTxn& txn, const model::PublicAccount* before, const model::PublicAccount* after);
};

} // namespace loquet::store
