// SPDX-License-Identifier: LGPL-2.1-or-later
// Bounded room for counters of whoever comes: digests with the same leading bits are neighbours and share
// limits::bucket_slots slots; a newcomer to full slots takes the place of the one that matters least. Digests are
// keyed, so nobody can choose their neighbours. Stateless.
#pragma once

#include "daemon/model/counters.h"
#include "daemon/model/ids.h"
#include "daemon/store/keys.h"
#include "daemon/store/transaction.h"

#include <bit>
#include <cstddef>

namespace loquet::store {

class EvictionBucket {
public:
    /// `sets`: a power of two, at most 2^32.
    explicit constexpr EvictionBucket(std::size_t sets) noexcept
        : bits_(static_cast<unsigned>(std::bit_width(sets) - 1)) {}

    /// Afterwards `who` can be put without there being more than limits::bucket_slots of its neighbours, itself
    /// included.
    void make_room(WriteTxn& txn, Table table, const model::Digest& who, model::Counter (*weight)(Bytes record)) const;

private:
    [[nodiscard]] std::uint32_t set_of(Bytes digest) const noexcept;
    unsigned bits_; ///< leading bits that neighbours have in common
};

} // namespace loquet::store
