// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/chain.h"

#include "daemon/store/sealing.h"
#include "lib/base/error.h"

#include <algorithm>

namespace loquet::audit {

using store::Key;
using store::Table;

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

bool ChainCheck::advance(const store::ReadTxn& txn, std::size_t records) {
    try {
        const store::ChainHead start = store::MetaTable::chain_start(txn);
        if (end_.sequence < start.sequence) {
            end_ = start; // what lay before was given up for room
        }
        std::size_t left = records;
        txn.each(Table::audit, Key(end_.sequence + 1), [&](auto key, auto value) {
            if (left == 0) {
                return false;
            }
            --left;
            return follow(txn, key, value);
        });
        if (left == 0 && verdict_.problem.empty()) {
            return false;
        }
        if (verdict_.problem.empty()) {
            compare_with_head(txn);
        }
    } catch (const base::Error& unreadable) {
        verdict_.problem = "after record " + std::to_string(end_.sequence) + ": " + unreadable.what();
    }
    verdict_.intact = verdict_.problem.empty();
    return true;
}

bool ChainCheck::follow(const store::ReadTxn& txn, std::span<const std::uint8_t> key,
                        std::span<const std::uint8_t> value) {
    const std::string expected = std::to_string(end_.sequence + 1);
    if (store::key_from<std::uint64_t>(key) != end_.sequence + 1) {
        verdict_.problem = "record " + expected + " is missing";
        return false;
    }
    const auto linked = split(value);
    if (!linked || link_after(txn, end_, linked->record) != linked->link) {
        verdict_.problem = "record " + expected + " does not follow from the one before: it, or its place, was changed";
        return false;
    }
    end_ = {end_.sequence + 1, linked->link};
    ++verdict_.records;
    return true;
}

void ChainCheck::compare_with_head(const store::ReadTxn& txn) {
    const store::ChainHead head = require_head(txn);
    if (head != end_) {
        verdict_.problem = "the log ends after record " + std::to_string(end_.sequence) + ", but its head says "
                           + std::to_string(head.sequence)
                           + ": records were cut off at the end, or the head was put back";
    }
}

} // namespace loquet::audit
