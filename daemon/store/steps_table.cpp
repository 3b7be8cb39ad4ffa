// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/steps_table.h"

#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <string>

namespace loquet::store {

using base::Error;

namespace {

/// The name as a digest: a thief of the file does not learn who has which second factor.
Key key_of(const ReadTxn& txn, model::Uid uid, std::string_view step) {
    if (step.empty() || step.size() > limits::step_name_bytes) {
        throw Error(Error::Kind::invalid,
                    "the name of a step has 1 to " + std::to_string(limits::step_name_bytes) + " bytes");
    }
    return {uid, txn.digest(DigestKind::step, step)};
}

} // namespace

std::optional<base::SecureBytes> StepsTable::get(const ReadTxn& txn, model::Uid uid, std::string_view step) {
    return txn.get(Table::steps, key_of(txn, uid, step));
}

void StepsTable::put(WriteTxn& txn, model::Uid uid, std::string_view step, std::span<const std::uint8_t> state) {
    if (state.size() > limits::plugin_state_bytes) {
        throw Error(Error::Kind::limited, "a step may keep " + std::to_string(limits::plugin_state_bytes)
                                              + " bytes for an account; \"" + base::printable(step, 64)
                                              + "\" wants to keep " + std::to_string(state.size()));
    }
    txn.put(Table::steps, key_of(txn, uid, step), state);
}

bool StepsTable::erase(WriteTxn& txn, model::Uid uid, std::string_view step) {
    return txn.erase(Table::steps, key_of(txn, uid, step));
}

} // namespace loquet::store
