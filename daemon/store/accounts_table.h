// SPDX-License-Identifier: LGPL-2.1-or-later
// Accounts: public, private and credential records apart, an index of names, and the numbers. Stateless; the rules of
// the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace loquet::store {

/// The numbers that new accounts may get, both ends included.
struct UidRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

class AccountsTable {
public:
    /// `name` is canonical (model::canonical_name).
    [[nodiscard]] static std::optional<model::Uid> find(const ReadTxn& txn, std::string_view name);

    /// Both records of the account of that name. Throws Error (corrupt) where the name has a number without them.
    [[nodiscard]] static std::optional<model::Account> named(const ReadTxn& txn, std::string_view name);

    [[nodiscard]] static std::optional<model::PublicAccount> open(const ReadTxn& txn, model::Uid uid);
    [[nodiscard]] static std::optional<model::PrivateAccount> closed(const ReadTxn& txn, model::Uid uid);
    [[nodiscard]] static std::optional<model::Credential> credential(const ReadTxn& txn, model::Uid uid);

    /// Accounts with a number above `after`, in order of number, at most `limit`.
    [[nodiscard]] static std::vector<model::PublicAccount> list(const ReadTxn& txn, model::Uid after,
                                                                std::size_t limit);
    [[nodiscard]] static std::size_t count(const ReadTxn& txn);

    /// Gives the next number of the range that was never given (number_cursor.h: several of them). Throws Error
    /// (limited) when the range is used up. A number is given for good as soon as the transaction commits, whether an
    /// account follows or not.
    [[nodiscard]] static model::Uid allocate(WriteTxn& txn, const UidRange& range);

    /// From now on is_given(). For number_cursor.h, which chooses numbers.
    static void mark_given(WriteTxn& txn, model::Uid number);
    /// Whether the number was given, to an account or a group, be it erased since.
    [[nodiscard]] static bool is_given(const ReadTxn& txn, model::Uid number);

    /// Makes the account, or changes it (a new name moves the index). Throws Error (conflict) where another account has
    /// the name or the number belonged to an erased account.
    static void put(WriteTxn& txn, const model::PublicAccount& account);
    static void put(WriteTxn& txn, model::Uid uid, const model::PrivateAccount& account);
    static void put(WriteTxn& txn, model::Uid uid, const model::Credential& credential);

    /// Erases every record of the account, the steps' bytes and its counters too; only the number stays, as one that is
    /// never given again. False where there is none.
    static bool erase(WriteTxn& txn, model::Uid uid);
};

} // namespace loquet::store
