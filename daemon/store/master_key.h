// SPDX-License-Identifier: LGPL-2.1-or-later
// The key that comes from outside the store: 32 random bytes in a file, or a systemd credential (bound to a TPM where
// there is one). It wraps the store's data key and nothing else. Any thread, one owner at a time.
#pragma once

#include "lib/base/secret.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace loquet::store {

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

} // namespace loquet::store
