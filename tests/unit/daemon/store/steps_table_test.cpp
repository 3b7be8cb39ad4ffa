// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/meta_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

namespace loquet::store {
namespace {

using model::Uid;

class AStepsTable : public StoreFixture {
protected:
    [[nodiscard]] std::optional<std::string> get(std::uint32_t uid, const std::string& step) const {
        const auto state = read([&](const ReadTxn& txn) { return StepsTable::get(txn, Uid{uid}, step); });
        return state ? std::optional(std::string(base::as_text(*state))) : std::nullopt;
    }
    void put(std::uint32_t uid, const std::string& step, const std::string& state) {
        write([&](WriteTxn& txn) { StepsTable::put(txn, Uid{uid}, step, base::as_bytes(state)); });
    }
};

TEST_F(AStepsTable, KeepsTheBytesOfEachStepOfEachAccountApart) {
    put(1, "totp", std::string("a\0b", 3));
    put(1, "totp2", "second");
    put(2, "totp", "other");
    reopen();
    EXPECT_EQ(get(1, "totp"), std::string("a\0b", 3));
    EXPECT_EQ(get(1, "totp2"), "second");
    EXPECT_EQ(get(2, "totp"), "other");
    EXPECT_EQ(get(2, "totp2"), std::nullopt);
}

TEST_F(AStepsTable, ErasesOneStepOfOneAccount) {
    put(1, "a", "1");
    put(1, "b", "2");
    put(2, "a", "3");
    write([](WriteTxn& txn) {
        EXPECT_TRUE(StepsTable::erase(txn, Uid{1}, "a"));
        EXPECT_FALSE(StepsTable::erase(txn, Uid{1}, "a"));
    });
    EXPECT_EQ(get(1, "b"), "2");
    EXPECT_EQ(get(1, "a"), std::nullopt);
    EXPECT_EQ(get(2, "a"), "3");
}

TEST_F(AStepsTable, TakesAStateUpToItsLimitAndRefusesOneByteMore) {
    put(1, "totp", std::string(limits::plugin_state_bytes, 'x'));
    EXPECT_EQ(get(1, "totp").value().size(), limits::plugin_state_bytes);
    EXPECT_EQ(kind_thrown_by([&] { put(1, "totp", std::string(limits::plugin_state_bytes + 1, 'x')); }), Kind::limited);
}

TEST_F(AStepsTable, TakesANameUpToItsLimitAndRefusesOneByteMore) {
    put(1, std::string(limits::step_name_bytes, 'n'), "x");
    EXPECT_EQ(get(1, std::string(limits::step_name_bytes, 'n')), "x");
    EXPECT_EQ(kind_thrown_by([&] { put(1, std::string(limits::step_name_bytes + 1, 'n'), "x"); }), Kind::invalid);
    EXPECT_EQ(kind_thrown_by([&] { put(1, "", "x"); }), Kind::invalid);
}

class AMetaTable : public StoreFixture {};

TEST_F(AMetaTable, KeepsTheSteadyTimeAndNeverMovesItBack) {
    const auto time = [&] { return read([](const ReadTxn& txn) { return MetaTable::steady_time(txn); }); };
    EXPECT_EQ(time(), base::Milliseconds(0));
    write([](WriteTxn& txn) { MetaTable::put_steady_time(txn, base::Milliseconds(5000)); });
    write([](WriteTxn& txn) { MetaTable::put_steady_time(txn, base::Milliseconds(4000)); });
    reopen();
    EXPECT_EQ(time(), base::Milliseconds(5000));
}

} // namespace
} // namespace loquet::store
