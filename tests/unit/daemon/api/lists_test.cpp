// SPDX-License-Identifier: LGPL-2.1-or-later
// The lists of the manager: what a row says, and how long a page may be.
#include "lib/base/limits.h"
#include "lib/bus/message.h"
#include "tests/unit/daemon/api/callers_test.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>

namespace loquet::tests {

namespace {

using testing::Gt;
using testing::SizeIs;

class AList : public CallersTest {
protected:
    using Arguments = std::function<void(bus::Writer&)>;
    [[nodiscard]] bus::Message asked(const char* member, const Arguments& arguments) {
        bus::Message message = manager_call(root_, member);
        bus::Writer writer(message.get());
        arguments(writer);
        return message;
    }
    [[nodiscard]] std::vector<bus::Row> rows(const char* member, const Arguments& arguments) {
        const bus::Message answer = root_.call(asked(member, arguments), call_timeout);
        bus::Reader reader(answer.get());
        return bus::read_rows(reader, limits::accounts_per_page);
    }

    bus::Connection root_ = connect_as(0);
};

TEST_F(AList, OfAccountsHasTheirPathsAndStates) {
    const auto list = rows("ListAccounts", [](bus::Writer& writer) { writer.text("").u32(10).dictionary([] {}); });
    ASSERT_THAT(list, SizeIs(2));
    EXPECT_EQ(list[0].text("path"), alice_.path);
    EXPECT_EQ(list[0].text("name"), "alice");
    EXPECT_EQ(list[0].number("uid"), alice_.uid);
    EXPECT_EQ(list[0].text("state"), "active");
}

TEST_F(AList, OfAuditRecordsSaysWhoActedAndWhomItWasAbout) {
    const bus::Message lock =
        root_.method_call(protocol::bus_name, bob_.path.c_str(), protocol::account_interface, "Lock");
    bus::Writer(lock.get()).text("a reason");
    (void)root_.call(lock, call_timeout);
    const auto list = rows("ReadAudit", [](bus::Writer& writer) { writer.u64(0).u32(1000); });
    ASSERT_THAT(list, SizeIs(Gt(2U)));
    const bus::Row& row = list.back();
    EXPECT_EQ(row.text("what"), "account-locked");
    EXPECT_EQ(row.find_number("account"), bob_.uid);
    EXPECT_EQ(row.find_number("actor"), 0U);
    EXPECT_TRUE(row.truth("granted"));
    EXPECT_EQ(row.text("detail"), "locked: a reason");
    EXPECT_EQ(row.number("number"), list[list.size() - 2].number("number") + 1);
    EXPECT_GT(row.number("time"), 1'600'000'000'000'000U) << "microseconds";
}

TEST_F(AList, OfFoundAccountsMasksAddressesAndIsInTheAuditLogWithoutWhatWasSearched) {
    const bus::Message create = manager_call(root_, "CreateAccount");
    bus::Writer(create.get()).dictionary([&] {
        bus::Writer writer(create.get());
        writer.entry("name", "carol").entry("display_name", "Zoé Carôle");
        writer.entry("mail", "carol@example.org").entry("phone", "+33612345678");
    });
    (void)root_.call(create, call_timeout);
    const auto found = [&](const std::string& text) {
        return rows("SearchAccounts", [&](bus::Writer& writer) { writer.text(text); });
    };
    for (const char* text : {"carole zoe", "Carol@example.org", "06 12 34 56 78"}) {
        const auto list = found(text);
        ASSERT_THAT(list, SizeIs(1)) << text;
        EXPECT_EQ(list[0].text("name"), "carol");
        EXPECT_EQ(list[0].text("state"), "active");
        EXPECT_EQ(list[0].text("mail"), "c***@e***.org");
        EXPECT_EQ(list[0].text("phone"), "+33*******78");
    }
    const auto records = rows("ReadAudit", [](bus::Writer& writer) { writer.u64(0).u32(1000); });
    EXPECT_EQ(records.back().text("what"), "accounts-searched");
    EXPECT_EQ(records.back().find_number("actor"), 0U);
    EXPECT_FALSE(records.back().find_number("account"));
    EXPECT_THAT(records.back().text("detail"), testing::MatchesRegex("1 found by phone [0-9a-f]{32}"));
    for (const bus::Row& record : records) {
        EXPECT_THAT(record.text("detail"), testing::Not(testing::HasSubstr("example.org")));
    }
}

TEST_F(AList, TakesALimitFromOneToAThousand) {
    const std::map<const char*, std::function<void(bus::Writer&, std::uint32_t)>> lists{
        {"ListAccounts",
         [](bus::Writer& writer, std::uint32_t limit) { writer.text("").u32(limit).dictionary([] {}); }},
        {"ListMessages", [](bus::Writer& writer, std::uint32_t limit) { writer.u64(0).u32(limit).dictionary([] {}); }},
        {"ReadAudit", [](bus::Writer& writer, std::uint32_t limit) { writer.u64(0).u32(limit); }}};
    for (const auto& [member, write] : lists) {
        const auto refused = [&, name = member, writes = write](std::uint32_t limit) {
            return refusal(root_, asked(name, [&](bus::Writer& writer) { writes(writer, limit); }));
        };
        EXPECT_EQ(refused(1), std::nullopt) << member;
        EXPECT_EQ(refused(1000), std::nullopt) << member;
        EXPECT_EQ(refused(0), Refusal(base::Error::Kind::invalid)) << member;
        EXPECT_EQ(refused(1001), Refusal(base::Error::Kind::invalid)) << member;
    }
}

} // namespace

} // namespace loquet::tests
