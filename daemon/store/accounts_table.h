// SPDX-License-Identifier: LGPL-2.1-or-later
// Accounts: public, private and credential records apart, an index of names, and the numbers. Stateless; the rules of
// the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/public_accounts.h"
#include "daemon/store/transaction.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace loquet::store {

[[nodiscard]] model::PrivateAccount decode_private(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::PrivateAccount& account, Bytes stored);
[[nodiscard]] model::Credential decode_credential(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Credential& credential, Bytes stored);

// AccountsTable writes them.
using PrivateAccounts = TypedTable<Table::private_accounts, model::Uid, model::PrivateAccount, decode_private>;
using Credentials = TypedTable<Table::credential, model::Uid, model::Credential, decode_credential>;

/// The numbers that new accounts may get, both ends included.
struct UidRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

class AccountsTable {
public:
    /// Both records of the account of that name. Of a name that nobody has, another account's are read in their place,
    /// so that it takes as long. Throws Error (corrupt) where the name has a number without them.
    [[nodiscard]] static std::optional<model::Account> named(const ReadTxn& txn, std::string_view name);

    /// Gives the next number of the range that was never given (UidCursor: several of them). Throws Error
    /// (limited) when the range is used up. A number is given for good as soon as the transaction commits, whether an
    /// account follows or not.
    [[nodiscard]] static model::Uid allocate(WriteTxn& txn, const UidRange& range);

    /// From now on is_given(). For UidCursor, which chooses numbers.
    static void mark_given(WriteTxn& txn, model::Uid number);
    /// Whether the number was given, to an account or a group, be it erased since.
    [[nodiscard]] static bool is_given(const ReadTxn& txn, model::Uid number);

    /// Makes the account, or changes it (a new name moves the index). Throws Error (conflict) where another account has
    /// the name or the number belonged to an erased account.
    static void put(WriteTxn& txn, const model::PublicAccount& account);
    static void put(WriteTxn& txn, model::Uid uid, const model::PrivateAccount& account);
    static void put(WriteTxn& txn, model::Uid uid, const model::Credential& credential);

    /// Erases every record of the account, as each table says (WhenErased in tables.h); only the number stays, as one
    /// that is never given again. False where there is none.
    static bool erase(WriteTxn& txn, model::Uid uid);
};

/// Gives numbers to accounts and groups, several in one transaction: the place to look at first is read once and
/// written once. It is no more than that; which numbers are free is known by their records. Lives as long as the
/// transaction.
class UidCursor {
public:
    UidCursor(WriteTxn& txn, const UidRange& range);

    /// Gives the next number of the range that was never given and that `is_taken` (by somebody outside of the store)
    /// says no of. It is given for good as soon as the transaction commits, whether an account follows or not. Throws
    /// Error (limited) when the range is used up.
    using IsTaken = std::function<bool(model::Uid)>;
    [[nodiscard]] model::Uid allocate(const IsTaken& is_taken);

    /// The next one begins behind what was given here.
    void keep_place();

private:
    [[nodiscard]] bool find_free(const IsTaken& is_taken);

    WriteTxn& txn_;
    UidRange range_;
    std::uint64_t next_;
    bool moved_ = false;
};

} // namespace loquet::store
