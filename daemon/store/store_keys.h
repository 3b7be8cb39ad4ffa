// SPDX-License-Identifier: LGPL-2.1-or-later
// The data key of one store: random when the store is made, kept in it under the master key. Any thread, one owner at a
// time.
#pragma once

#include "daemon/store/master_key.h"
#include "daemon/store/sealing.h"
#include "lib/base/secret.h"

#include <span>

namespace loquet::store {

class StoreKeys {
public:
    [[nodiscard]] static StoreKeys fresh();
    /// Throws Error: `denied` where the master key is another than the one that wrapped it, `conflict` where a newer
    /// loquetd wrapped it in a way this one does not know.
    [[nodiscard]] static StoreKeys unwrap(const MasterKey& key, std::span<const std::uint8_t> wrapped);

    /// One byte that says how it is wrapped, then the sealed key.
    [[nodiscard]] base::SecureBytes wrap(const MasterKey& key) const;

    [[nodiscard]] Sealer sealer() const;

private:
    explicit StoreKeys(base::SecureBytes data_key) : data_key_(std::move(data_key)) {}
    base::SecureBytes data_key_;
};

} // namespace loquet::store
