// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/steps_table.h"

#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <cstddef>
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

/// Above all numbers of accounts (model/canonical_form.h).
constexpr std::uint32_t first_unknown = 0xFFFF0000;
constexpr std::size_t padding_bytes = 768;

model::Uid slot_of(const model::Digest& identity) {
    const std::uint32_t spread = identity.bytes[0] | static_cast<std::uint32_t>(identity.bytes[1]) << 8U;
    return model::Uid{first_unknown + spread % limits::unknown_step_states};
}

void require_size(std::span<const std::uint8_t> state, std::string_view step) {
    if (state.size() > limits::plugin_state_bytes) {
        throw Error(Error::Kind::limited, "a step may keep " + std::to_string(limits::plugin_state_bytes)
                                              + " bytes for an account; \"" + base::printable(step, 64)
                                              + "\" wants to keep " + std::to_string(state.size()));
    }
}

} // namespace

std::optional<base::SecureBytes> StepsTable::get(const ReadTxn& txn, model::Uid uid, std::string_view step) {
    return txn.get(Table::steps, key_of(txn, uid, step));
}

void StepsTable::put(WriteTxn& txn, model::Uid uid, std::string_view step, std::span<const std::uint8_t> state) {
    require_size(state, step);
    txn.put(Table::steps, key_of(txn, uid, step), state);
}

bool StepsTable::erase(WriteTxn& txn, model::Uid uid, std::string_view step) {
    return txn.erase(Table::steps, key_of(txn, uid, step));
}

std::optional<base::SecureBytes> StepsTable::get_unknown(const ReadTxn& txn, const model::Digest& identity,
                                                         std::string_view step) {
    auto value = txn.get(Table::steps, key_of(txn, slot_of(identity), step));
    if (!value || value->size() < identity.bytes.size()
        || !std::equal(identity.bytes.begin(), identity.bytes.end(), value->begin())) {
        return std::nullopt; // of another name
    }
    return base::SecureBytes(value->begin() + static_cast<std::ptrdiff_t>(identity.bytes.size()), value->end());
}

void StepsTable::put_unknown(WriteTxn& txn, const model::Digest& identity, std::string_view step,
                             std::span<const std::uint8_t> state) {
    require_size(state, step);
    base::SecureBytes value(identity.bytes.begin(), identity.bytes.end());
    value.insert(value.end(), state.begin(), state.end());
    txn.put(Table::steps, key_of(txn, slot_of(identity), step), value);
}

void StepsTable::put_padding(WriteTxn& txn) {
    const base::SecureBytes padding(padding_bytes);
    txn.put(Table::steps, {model::Uid{first_unknown + limits::unknown_step_states}, txn.digest(DigestKind::step, "")},
            padding);
}

} // namespace loquet::store
