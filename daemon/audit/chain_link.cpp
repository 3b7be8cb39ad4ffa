// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/chain_link.h"

#include "daemon/store/sealing.h"
#include "lib/base/error.h"

#include <algorithm>

namespace loquet::audit {

std::optional<LinkedRecord> split(std::span<const std::uint8_t> value) {
    LinkedRecord out;
    if (value.size() < out.link.size()) {
        return std::nullopt;
    }
    std::copy_n(value.begin(), out.link.size(), out.link.begin());
    out.record = value.subspan(out.link.size());
    return out;
}

base::SecureBytes join(const LinkedRecord& linked) {
    base::SecureBytes value(linked.link.begin(), linked.link.end());
    value.insert(value.end(), linked.record.begin(), linked.record.end());
    return value;
}

store::Mac::Result link_after(const store::ReadTxn& txn, const store::ChainHead& before,
                              std::span<const std::uint8_t> record) {
    const store::Key sequence(before.sequence + 1);
    base::SecureBytes bound(before.link.begin(), before.link.end());
    bound.insert(bound.end(), sequence.bytes().begin(), sequence.bytes().end());
    return txn.sealer().chain(bound, record);
}

store::ChainHead require_head(const store::ReadTxn& txn) {
    const auto head = store::MetaTable::chain_head(txn);
    if (!head) {
        throw base::Error(base::Error::Kind::corrupt,
                          "the head of the audit log was taken away; restore the store from a backup");
    }
    return *head;
}

} // namespace loquet::audit
