// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose an address is: the mail address and the telephone number of each account, once they are confirmed.
// AccountsTable keeps the table with each private record that it writes, so that nothing else has to think of it;
// several accounts may have one address. Stateless; the rules of the transaction (transaction.h) say which thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace loquet::store {

class IdentifiersTable {
public:
    /// The accounts that have this address confirmed, in order of their numbers, at most `most` of them. `mail` is
    /// canonical (model::canonical_mail).
    [[nodiscard]] static std::vector<model::Uid> with_mail(const ReadTxn& txn, std::string_view mail, std::size_t most);

    /// Whether the account's confirmed address of that medium is another account's confirmed one, too, and no hold is
    /// on it there (`steady`: now). limits::accounts_per_address others count without a look at their holds.
    [[nodiscard]] static bool is_shared(const ReadTxn& txn, model::Uid account,
                                        const model::PrivateAccount& private_part, model::Medium medium,
                                        base::Milliseconds steady);

    /// The account whose address comes next behind this one, in the order of the table, and the first one behind the
    /// last: for who has to read as much where nobody has the address. Nothing where no account has one.
    [[nodiscard]] static std::optional<model::Uid> behind(const ReadTxn& txn, std::string_view mail);

    /// The account's private record was `before` (nothing: it had none) and is `after` (nothing: it is erased).
    static void move(WriteTxn& txn, model::Uid account, const std::optional<model::PrivateAccount>& before,
                     const std::optional<model::PrivateAccount>& after);

    /// Whether it was filled by other rules than those of this loquetd (model::identifier_forms), or never.
    [[nodiscard]] static bool is_outdated(const ReadTxn& txn);
    /// Anew, from the accounts.
    static void refill(WriteTxn& txn);
};

} // namespace loquet::store
