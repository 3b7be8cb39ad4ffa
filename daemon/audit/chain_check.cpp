// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/chain_check.h"

#include "daemon/audit/chain_link.h"
#include "lib/base/error.h"

namespace loquet::audit {

using store::Key;
using store::Table;

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
