// SPDX-License-Identifier: LGPL-2.1-or-later
// What Describe answers on a whole machine: the verdict, and the events of that account alone.
#include "lib/base/limits.h"
#include "lib/bus/message.h"
#include "tests/unit/daemon/api/callers_test.h"

#include <gmock/gmock.h>

namespace loquet::tests {

namespace {

class ADescription : public CallersTest {
protected:
    [[nodiscard]] bus::Row of(const MachineAccount& account) {
        const bus::Message call =
            root_.method_call(protocol::bus_name, account.path.c_str(), protocol::account_interface, "Describe");
        const bus::Message answer = root_.call(call, call_timeout);
        bus::Reader reader(answer.get());
        return bus::Row::read(reader);
    }
    void lock(const MachineAccount& account, const std::string& reason) {
        const bus::Message call =
            root_.method_call(protocol::bus_name, account.path.c_str(), protocol::account_interface, "Lock");
        bus::Writer(call.get()).text(reason);
        (void)root_.call(call, call_timeout);
    }

    bus::Connection root_ = connect_as(0);
};

TEST_F(ADescription, HasTheEventsOfThatAccountAloneNewestFirst) {
    lock(bob_, "not hers");
    lock(alice_, "one");
    lock(alice_, "two");
    const std::vector<bus::Row> events = of(alice_).rows("events");
    ASSERT_GE(events.size(), 3U);
    EXPECT_EQ(events[0].text("detail"), "another reason: two");
    EXPECT_EQ(events[1].text("detail"), "locked: one");
    for (const bus::Row& event : events) {
        EXPECT_EQ(event.find_number("account"), alice_.uid);
    }
    EXPECT_EQ(of(alice_).number("events_since"), 0U) << "all records were looked at";
}

TEST_F(ADescription, HasNoMoreEventsThanItsLimit) {
    for (std::size_t i = 0; i < limits::described_events + 1; ++i) {
        lock(alice_, "reason " + std::to_string(i));
    }
    const std::vector<bus::Row> events = of(alice_).rows("events");
    ASSERT_EQ(events.size(), limits::described_events);
    EXPECT_EQ(events.front().text("detail"), "another reason: reason " + std::to_string(limits::described_events));
}

TEST_F(ADescription, BeginsWithTheVerdict) {
    EXPECT_EQ(of(alice_).text("login"), "open");
    lock(alice_, "on leave");
    const bus::Row told = of(alice_);
    EXPECT_EQ(told.text("login"), "locked");
    EXPECT_EQ(told.text("reason"), "on leave");
    EXPECT_EQ(told.text("recovery"), "not-active");
    EXPECT_NE(told.text("login_asks").find("password"), std::string::npos);
}

} // namespace

} // namespace loquet::tests
