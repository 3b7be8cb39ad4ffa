// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/audit_log.h"
#include "daemon/store/meta_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>

namespace loquet::audit {
namespace {

using store::Key;
using store::Table;
using testing::HasSubstr;

class AnAuditLog : public store::StoreFixture {
protected:
    void append(std::uint64_t count) {
        write([&](store::WriteTxn& txn) {
            for (std::uint64_t i = 0; i < count; ++i) {
                model::AuditEvent event;
                event.detail = "event " + std::to_string(AuditLog::newest(txn) + 1);
                AuditLog::append(txn, event);
            }
        });
    }
    [[nodiscard]] Verdict verify() const { return read(AuditLog::verify); }
    /// As somebody could who has the store's key: the sealing does not stop them, the chain shows them.
    void tamper(const std::function<void(store::WriteTxn&)>& work) {
        write([&](store::WriteTxn& txn) { work(txn); });
    }
    static base::SecureBytes value(const store::ReadTxn& txn, std::uint64_t sequence) {
        return txn.get(Table::audit, Key(sequence)).value();
    }
};

TEST_F(AnAuditLog, GivesBackWhatWasAppendedInOrderWithoutGaps) {
    model::AuditEvent event{.kind = model::AuditKind::reset_started,
                            .granted = true,
                            .account = model::Uid{1000},
                            .identity = store_->digest(store::DigestKind::name, "anna"),
                            .actor = 0,
                            .purpose = "login",
                            .service = "sshd",
                            .place = "seat0",
                            .detail = "by-helpdesk",
                            .time = base::Milliseconds(1234)};
    write([&](store::WriteTxn& txn) {
        EXPECT_EQ(AuditLog::append(txn, event), 1U);
        EXPECT_EQ(AuditLog::append(txn, model::AuditEvent{}), 2U);
    });
    reopen();
    const auto entries = read([](const store::ReadTxn& txn) { return AuditLog::read(txn, 0, 10); });
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].sequence, 1U);
    EXPECT_EQ(entries[0].event, event);
    EXPECT_EQ(entries[1].sequence, 2U);
    EXPECT_FALSE(entries[1].event.granted); // what nobody marked granted
    EXPECT_EQ(read(AuditLog::newest), 2U);
}

TEST_F(AnAuditLog, IsReadInPagesUpToTheLimitOfOne) {
    append(limits::audit_records_per_page + 1);
    const auto page = [&](std::uint64_t after, std::size_t limit) {
        return read([&](const store::ReadTxn& txn) { return AuditLog::read(txn, after, limit); });
    };
    EXPECT_EQ(page(0, 3).back().sequence, 3U);
    EXPECT_EQ(page(3, 1).front().sequence, 4U);
    EXPECT_EQ(page(0, limits::audit_records_per_page).size(), limits::audit_records_per_page);
    EXPECT_EQ(page(0, limits::audit_records_per_page + 1).size(), limits::audit_records_per_page);
    EXPECT_TRUE(page(limits::audit_records_per_page + 1, 5).empty());
    EXPECT_TRUE(page(UINT64_MAX, 5).empty());
    EXPECT_TRUE(page(0, 0).empty());
}

TEST_F(AnAuditLog, IsIntactWhenNobodyTouchedIt) {
    EXPECT_TRUE(verify().intact); // empty
    append(20);
    reopen();
    const Verdict verdict = verify();
    EXPECT_TRUE(verdict.intact) << verdict.problem;
    EXPECT_EQ(verdict.records, 20U);
}

TEST_F(AnAuditLog, IsProvedBySlicesWhileItGrows) {
    append(10);
    ChainCheck check;
    const auto advance = [&](std::size_t records) {
        return read([&](const store::ReadTxn& txn) { return check.advance(txn, records); });
    };
    EXPECT_FALSE(advance(4));
    append(2);
    EXPECT_FALSE(advance(8)); // at the last record, but it does not know that yet
    EXPECT_TRUE(advance(4));
    EXPECT_TRUE(check.verdict().intact) << check.verdict().problem;
    EXPECT_EQ(check.verdict().records, 12U);
}

TEST_F(AnAuditLog, LeavesNoRecordOfAnActThatDidNotHappen) {
    append(1);
    EXPECT_THROW(write([](store::WriteTxn& txn) {
                     AuditLog::append(txn, model::AuditEvent{});
                     throw base::Error(base::Error::Kind::conflict, "no");
                 }),
                 base::Error);
    append(1);
    EXPECT_TRUE(verify().intact);
    EXPECT_EQ(verify().records, 2U);
}

TEST_F(AnAuditLog, GivesUpTheOldestRecordForEachOneAboveItsRoom) {
    const auto append_keeping_three = [&] {
        write([](store::WriteTxn& txn) { AuditLog::append(txn, model::AuditEvent{}, 3); });
    };
    for (int i = 0; i < 3; ++i) {
        append_keeping_three();
    }
    EXPECT_EQ(read([](const store::ReadTxn& txn) { return AuditLog::read(txn, 0, 10); }).size(), 3U);
    append_keeping_three();
    const auto kept = read([](const store::ReadTxn& txn) { return AuditLog::read(txn, 0, 10); });
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept.front().sequence, 2U);
    EXPECT_TRUE(verify().intact);
    EXPECT_EQ(verify().records, 3U);
    tamper([](store::WriteTxn& txn) { txn.erase(Table::audit, Key(std::uint64_t{2})); });
    EXPECT_THAT(verify().problem, HasSubstr("record 2 is missing"));
}

TEST_F(AnAuditLog, ShowsARemovedRecord) {
    append(5);
    tamper([](auto& txn) { txn.erase(Table::audit, Key(std::uint64_t{3})); });
    EXPECT_FALSE(verify().intact);
    EXPECT_EQ(verify().records, 2U);
    EXPECT_THAT(verify().problem, HasSubstr("record 3 is missing"));
}

TEST_F(AnAuditLog, ShowsAChangedRecord) {
    append(5);
    tamper([](auto& txn) {
        auto changed = value(txn, 3);
        changed.back() ^= 1U;
        txn.put(Table::audit, Key(std::uint64_t{3}), changed);
    });
    EXPECT_FALSE(verify().intact);
    EXPECT_THAT(verify().problem, HasSubstr("record 3 does not follow"));
}

TEST_F(AnAuditLog, ShowsRecordsThatChangedPlaces) {
    append(5);
    tamper([](auto& txn) {
        const auto second = value(txn, 2);
        const auto third = value(txn, 3);
        txn.put(Table::audit, Key(std::uint64_t{2}), third);
        txn.put(Table::audit, Key(std::uint64_t{3}), second);
    });
    EXPECT_FALSE(verify().intact);
    EXPECT_THAT(verify().problem, HasSubstr("record 2 does not follow"));
}

TEST_F(AnAuditLog, ShowsRecordsThatWereCutOffAtTheEnd) {
    append(5);
    tamper([](auto& txn) { txn.erase(Table::audit, Key(std::uint64_t{5})); });
    EXPECT_FALSE(verify().intact);
    EXPECT_THAT(verify().problem, HasSubstr("ends after record 4"));
}

TEST_F(AnAuditLog, ShowsAllRecordsTakenAwayWithTheirHead) {
    append(2);
    tamper([](auto& txn) {
        txn.erase(Table::audit, Key(std::uint64_t{1}));
        txn.erase(Table::audit, Key(std::uint64_t{2}));
        txn.erase(Table::meta, Key("audit-head"));
    });
    EXPECT_FALSE(verify().intact);
    EXPECT_THAT(verify().problem, HasSubstr("head"));
    EXPECT_EQ(store::kind_thrown_by([&] { append(1); }), store::Kind::corrupt);
}

TEST_F(AnAuditLog, ShowsARecordThatWasNotSealedByTheStore) {
    append(3);
    tamper([](auto& txn) { txn.put_raw(Table::audit, Key(std::uint64_t{2}), value(txn, 2)); });
    EXPECT_FALSE(verify().intact);
    EXPECT_THAT(verify().problem, HasSubstr("after record 1"));
}

// The checks above, on a log without a chain: numbers alone show a gap, but neither change nor order nor a cut tail.
TEST_F(AnAuditLog, WouldShowLittleOfThisByItsNumbersAlone) {
    append(5);
    tamper([](auto& txn) {
        const auto second = value(txn, 2);
        txn.put(Table::audit, Key(std::uint64_t{3}), second);
        txn.erase(Table::audit, Key(std::uint64_t{5}));
    });
    const auto entries = read([](const store::ReadTxn& txn) { return AuditLog::read(txn, 0, 10); });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(entries[i].sequence, i + 1); // looks whole
    }
    EXPECT_FALSE(verify().intact);
}

} // namespace
} // namespace loquet::audit
