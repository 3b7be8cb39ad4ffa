// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/eviction_bucket.h"

#include "lib/base/limits.h"

#include <algorithm>
#include <optional>

namespace loquet::store {

using model::Counter;
using model::Digest;

std::uint32_t EvictionBucket::set_of(Bytes digest) const noexcept {
    std::uint64_t leading = 0;
    for (std::size_t i = 0; i < 4 && i < digest.size(); ++i) {
        leading = leading << 8U | digest[i];
    }
    return static_cast<std::uint32_t>(leading >> (32U - bits_));
}

void EvictionBucket::make_room(WriteTxn& txn, Table table, const Digest& who, Counter (*weight)(Bytes record)) const {
    if (txn.contains(table, Key(who))) {
        return;
    }
    const std::uint32_t set = set_of(who.bytes);
    Digest first;
    const std::uint64_t start = std::uint64_t{set} << (32U - bits_);
    for (unsigned i = 0; i < 4; ++i) {
        first.bytes.at(i) = static_cast<std::uint8_t>(start >> (24U - 8U * i));
    }
    std::size_t filled = 0;
    std::optional<std::pair<Digest, Counter>> least;
    txn.each(table, Key(first), [&](auto key, auto record) {
        if (key.size() != who.bytes.size() || set_of(key) != set) {
            return false;
        }
        ++filled;
        const Counter counter = weight(record);
        if (!least || model::matters_less(counter, least->second)) {
            least.emplace(Digest{}, counter);
            std::copy(key.begin(), key.end(), least->first.bytes.begin());
        }
        return true;
    });
    if (filled >= limits::bucket_slots && least) {
        txn.erase(table, Key(least->first));
    }
}

} // namespace loquet::store
