// SPDX-License-Identifier: LGPL-2.1-or-later
// What operators did to each account (model/act.h). Stateless; the rules of the transaction (transaction.h) say which
// thread.
#pragma once

#include "daemon/model/act.h"
#include "daemon/model/ids.h"
#include "daemon/store/tables.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <vector>

namespace loquet::store {

/// A kind or a state that only a newer loquetd knows permits nothing: it is read as an act that is done.
[[nodiscard]] model::Act decode_act(const ActKey& key, Bytes value);
[[nodiscard]] base::SecureBytes encode(const model::Act& act, Bytes stored);

class ActsTable {
public:
    /// Of one account, oldest first; at most limits::acts_per_account.
    [[nodiscard]] static std::vector<model::Act> of(const ReadTxn& txn, model::Uid account);
    /// Gives it the next number, which it returns. In a full list the oldest one gives way that is not the newest of
    /// its kind that was done: what an operator did last cannot be pushed out.
    static std::uint64_t add(WriteTxn& txn, model::Uid account, model::Act act);
    /// In place of the one with its number.
    static void put(WriteTxn& txn, model::Uid account, const model::Act& act);
};

} // namespace loquet::store
