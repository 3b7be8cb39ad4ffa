// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/store_keys.h"

#include "lib/base/error.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

namespace loquet::store {

using base::Error;

namespace {

constexpr std::uint8_t wrapped_by_gcm = 1;
constexpr std::string_view bound_to = "loquet data key";

Cipher wrapping_cipher(const MasterKey& key) {
    const base::SecureBytes derived = derive_key(key.bytes(), bound_to);
    return Cipher(std::span<const std::uint8_t, Cipher::key_bytes>(derived));
}

} // namespace

StoreKeys StoreKeys::fresh() {
    base::SecureBytes data_key(Cipher::key_bytes);
    base::fill_random(data_key);
    return StoreKeys(std::move(data_key));
}

StoreKeys StoreKeys::unwrap(const MasterKey& key, std::span<const std::uint8_t> wrapped) {
    if (!wrapped.empty() && wrapped.front() > wrapped_by_gcm) {
        throw Error(Error::Kind::conflict, "a newer loquetd wrapped the key of this store: install that version");
    }
    base::SecureBytes data_key;
    if (wrapped.empty() || !wrapping_cipher(key).open(base::as_bytes(bound_to), wrapped.subspan(1), data_key)
        || data_key.size() != Cipher::key_bytes) {
        throw Error(Error::Kind::denied, "the master key does not open this store: give the key that the store was "
                                         "made with, or last changed to; nothing was changed");
    }
    return StoreKeys(std::move(data_key));
}

base::SecureBytes StoreKeys::wrap(const MasterKey& key) const {
    base::SecureBytes out{wrapped_by_gcm};
    const base::SecureBytes sealed = wrapping_cipher(key).seal(base::as_bytes(bound_to), data_key_);
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
}

Sealer StoreKeys::sealer() const {
    return Sealer(std::span<const std::uint8_t, Cipher::key_bytes>(data_key_));
}

} // namespace loquet::store
