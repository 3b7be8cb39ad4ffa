// SPDX-License-Identifier: LGPL-2.1-or-later
// The two keys of a store. Any thread, one owner at a time.
#pragma once

#include "daemon/store/sealing.h"
#include "lib/base/secret.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace loquet::store {

/// The key that comes from outside the store: 32 random bytes in a file, or a systemd credential (bound to a TPM where
/// there is one). It wraps the store's data key and nothing else.
class MasterKey {
public:
    static constexpr std::size_t size = 32;

    /// Throws Error (invalid) unless it has `size` bytes.
    explicit MasterKey(base::Secret bytes);

    /// From the file `configured`; where that is empty, from $CREDENTIALS_DIRECTORY/master-key. Throws Error:
    /// `not_found` without a file, `denied` where others can read it (a credential may show a group bit, which is how
    /// systemd grants it to the service's user), `invalid` where it has not 32 bytes.
    [[nodiscard]] static MasterKey load(const std::string& configured);

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

private:
    base::Secret bytes_;
};

/// The data key of one store: random when the store is made, kept in it under the master key.
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
