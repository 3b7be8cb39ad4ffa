// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/steps_table.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <string>
#include <vector>

namespace loquet::store {

using base::Error;

namespace {

Key key_of(model::Uid uid, std::string_view step) {
    if (step.empty() || step.size() > limits::step_name_bytes) {
        throw Error(Error::Kind::invalid,
                    "the name of a step has 1 to " + std::to_string(limits::step_name_bytes) + " bytes");
    }
    return {uid, step};
}

} // namespace

std::optional<base::SecureBytes> StepsTable::get(const ReadTxn& txn, model::Uid uid, std::string_view step) {
    return txn.get(Table::steps, key_of(uid, step));
}

void StepsTable::put(WriteTxn& txn, model::Uid uid, std::string_view step, std::span<const std::uint8_t> state) {
    if (state.size() > limits::plugin_state_bytes) {
        throw Error(Error::Kind::limited, "a step may keep " + std::to_string(limits::plugin_state_bytes)
                                              + " bytes for an account; \"" + base::printable(step, 64)
                                              + "\" wants to keep " + std::to_string(state.size()));
    }
    txn.put(Table::steps, key_of(uid, step), state);
}

bool StepsTable::erase(WriteTxn& txn, model::Uid uid, std::string_view step) {
    return txn.erase(Table::steps, key_of(uid, step));
}

void StepsTable::erase_all(WriteTxn& txn, model::Uid uid) {
    const Key from(uid);
    const auto prefix = from.bytes();
    std::vector<std::string> steps;
    txn.each_key(Table::steps, from, [&](auto key) {
        if (key.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), key.begin())) {
            return false;
        }
        steps.emplace_back(base::as_text(key.subspan(prefix.size())));
        return true;
    });
    for (const std::string& step : steps) {
        txn.erase(Table::steps, Key(uid, step));
    }
}

} // namespace loquet::store
