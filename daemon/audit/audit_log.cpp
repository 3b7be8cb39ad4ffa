// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/audit_log.h"

#include "daemon/store/codec.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <optional>
#include <span>

namespace loquet::audit {

using base::Error;
using store::ChainHead;
using store::Key;
using store::Mac;
using store::MetaTable;
using store::Table;

namespace {

constexpr std::size_t link_bytes = std::tuple_size_v<Mac::Result>;

/// What the table holds: the link, then the record.
struct Stored {
    Mac::Result link{};
    std::span<const std::uint8_t> record;
};

std::optional<Stored> split(std::span<const std::uint8_t> value) {
    if (value.size() < link_bytes) {
        return std::nullopt;
    }
    Stored out;
    std::copy_n(value.begin(), link_bytes, out.link.begin());
    out.record = value.subspan(link_bytes);
    return out;
}

/// Over the link before, this number and this record.
Mac::Result link_after(const store::ReadTxn& txn, const ChainHead& before, std::span<const std::uint8_t> record) {
    const Key sequence(before.sequence + 1);
    base::SecureBytes linked(before.link.begin(), before.link.end());
    linked.insert(linked.end(), sequence.bytes().begin(), sequence.bytes().end());
    return txn.sealer().chain(linked, record);
}

ChainHead require_head(const store::ReadTxn& txn) {
    const auto head = MetaTable::chain_head(txn);
    if (!head) {
        throw Error(Error::Kind::corrupt, "the head of the audit log was taken away; restore the store from a backup");
    }
    return *head;
}

/// Follows the chain from its beginning.
class Walk {
public:
    explicit Walk(const store::ReadTxn& txn) : txn_(txn) {}

    /// False at the first thing that is wrong; problem() says what.
    bool step(std::span<const std::uint8_t> key, std::span<const std::uint8_t> value) {
        const std::string expected = std::to_string(end_.sequence + 1);
        if (store::number_of(key) != end_.sequence + 1) {
            return stop("record " + expected + " is missing");
        }
        const auto stored = split(value);
        if (!stored || link_after(txn_, end_, stored->record) != stored->link) {
            return stop("record " + expected + " does not follow from the one before: it, or its place, was changed");
        }
        end_ = {end_.sequence + 1, stored->link};
        return true;
    }
    bool stop(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }
    [[nodiscard]] const ChainHead& end() const noexcept { return end_; }
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    const store::ReadTxn& txn_;
    ChainHead end_;
    std::string problem_;
};

} // namespace

std::uint64_t AuditLog::append(store::WriteTxn& txn, const model::AuditEvent& event) {
    const ChainHead before = require_head(txn);
    const base::SecureBytes record = store::encode(event);
    const ChainHead after{before.sequence + 1, link_after(txn, before, record)};
    base::SecureBytes value(after.link.begin(), after.link.end());
    value.insert(value.end(), record.begin(), record.end());
    txn.put(Table::audit, Key(after.sequence), value);
    MetaTable::put_chain_head(txn, after);
    return after.sequence;
}

std::vector<Entry> AuditLog::read(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit) {
    std::vector<Entry> out;
    const std::size_t most = std::min(limit, limits::audit_records_per_page);
    if (most == 0 || after == UINT64_MAX) {
        return out;
    }
    txn.each(Table::audit, Key(after + 1), [&](auto key, auto value) {
        const auto stored = split(value);
        const auto sequence = store::number_of(key);
        if (!stored || !sequence) {
            throw Error(Error::Kind::corrupt, "a record of the audit log cannot be read");
        }
        out.push_back({*sequence, store::decode_audit(stored->record)});
        return out.size() < most;
    });
    return out;
}

std::uint64_t AuditLog::newest(const store::ReadTxn& txn) {
    return require_head(txn).sequence;
}

Verdict AuditLog::verify(const store::ReadTxn& txn) {
    Walk walk(txn);
    try {
        txn.each(Table::audit, Key(), [&](auto key, auto value) { return walk.step(key, value); });
        if (walk.problem().empty() && require_head(txn) != walk.end()) {
            walk.stop("the log ends after record " + std::to_string(walk.end().sequence) + ", but its head says "
                      + std::to_string(require_head(txn).sequence)
                      + ": records were cut off at the end, or the head was put back");
        }
    } catch (const Error& unreadable) {
        walk.stop("after record " + std::to_string(walk.end().sequence) + ": " + unreadable.what());
    }
    return {walk.problem().empty(), walk.end().sequence, walk.problem()};
}

} // namespace loquet::audit
