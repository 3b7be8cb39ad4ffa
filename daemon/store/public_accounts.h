// SPDX-License-Identifier: LGPL-2.1-or-later
// The public half of the accounts, to be read by code that publishes it: this header does not know the other half.
// AccountsTable (accounts_table.h) writes. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/public_account.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::store {

class PublicAccounts {
public:
    [[nodiscard]] static std::optional<model::PublicAccount> open(const ReadTxn& txn, model::Uid uid);

    /// `name` is canonical (model::canonical_name).
    [[nodiscard]] static std::optional<model::Uid> find(const ReadTxn& txn, std::string_view name);

    /// Calls `visit` with accounts from the number `from` on, in order of number, at most `limit` of them. The number
    /// to go on with; nothing at the end.
    using Visit = std::function<void(model::PublicAccount)>;
    [[nodiscard]] static std::optional<model::Uid> each(const ReadTxn& txn, model::Uid from, std::size_t limit,
                                                        const Visit& visit);

    [[nodiscard]] static std::size_t count(const ReadTxn& txn);

    /// Raised by every commit that changes what this class shows (Publication); 0: none did yet.
    [[nodiscard]] static std::uint64_t generation(const ReadTxn& txn);
    /// For the writer, once a commit. The raised number.
    static std::uint64_t raise_generation(WriteTxn& txn);
};

} // namespace loquet::store
