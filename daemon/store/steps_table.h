// SPDX-License-Identifier: LGPL-2.1-or-later
// What a step keeps for an account (a TOTP seed, the answers' hashes): bytes that only the step understands. They may
// be secrets, so they never pass through anything that does not wipe. Stateless; the rules of the transaction
// (transaction.h) say which thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace loquet::store {

class StepsTable {
public:
    [[nodiscard]] static std::optional<base::SecureBytes> get(const ReadTxn& txn, model::Uid uid,
                                                              std::string_view step);
    /// At most limits::plugin_state_bytes, and limits::step_name_bytes of name; more is an Error (limited, invalid).
    static void put(WriteTxn& txn, model::Uid uid, std::string_view step, std::span<const std::uint8_t> state);
    static bool erase(WriteTxn& txn, model::Uid uid, std::string_view step);

    /// The same for a name that nobody has, so that a step costs and says the same for it: of
    /// limits::unknown_step_states records one, which the next name that meets it takes over.
    [[nodiscard]] static std::optional<base::SecureBytes> get_unknown(const ReadTxn& txn, const model::Digest& identity,
                                                                      std::string_view step);
    static void put_unknown(WriteTxn& txn, const model::Digest& identity, std::string_view step,
                            std::span<const std::uint8_t> state);
    /// One record about as long as a message in the outbox, always the same: the price of a turn that has nothing to
    /// write for this name and would for another.
    static void put_padding(WriteTxn& txn);
};

} // namespace loquet::store
