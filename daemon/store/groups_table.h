// SPDX-License-Identifier: LGPL-2.1-or-later
// The groups of organisations, and who is in them: public, as /etc/group is. A group has its number for good, from the
// same range as accounts. Stateless; the rules of the transaction (transaction.h) say which thread.
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

class GroupsTable {
public:
    /// The GID of the organisation's group.
    [[nodiscard]] static std::optional<std::uint32_t> of(const ReadTxn& txn, std::string_view organisation);
    [[nodiscard]] static std::optional<model::PublicGroup> open(const ReadTxn& txn, std::uint32_t gid);
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
