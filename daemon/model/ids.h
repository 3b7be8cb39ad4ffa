// SPDX-License-Identifier: LGPL-2.1-or-later
// Strong types for the numbers and hashes that name things. Plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace loquet::model {

/// The number of an account, which is its UID and its key in the store. Never given twice, also after erasure.
struct Uid {
    std::uint32_t value = 0;
    friend auto operator<=>(const Uid&, const Uid&) = default;
};

/// A keyed hash (HMAC-SHA256, cut to 128 bits) under the store's index key: of a name, a place, an address. It says
/// nothing without the key, and is all that tables and queues know of what an outsider typed.
struct Digest {
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const Digest&, const Digest&) = default;
};

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
        std::size_t out = 0;
        for (std::size_t i = 0; i < sizeof out; ++i) {
            out = out << 8U | digest.bytes[i];
        }
        return out;
    }
};

} // namespace loquet::model
