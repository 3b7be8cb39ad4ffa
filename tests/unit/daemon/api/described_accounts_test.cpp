// SPDX-License-Identifier: LGPL-2.1-or-later
// What Describe answers on a whole machine: the verdict, and the events of that account alone.
#include "daemon/api/searches.h"
#include "lib/base/limits.h"
#include "lib/bus/loop.h"
#include "lib/bus/message.h"
#include "tests/support/loop_runner.h"
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

TEST_F(ADescription, IsMadeForACallerInALoopOrRefusedWhileTheHelpdeskIsServed) {
    constexpr std::size_t calls = 40;
    bus::Connection alice = connect_as(alice_.uid);
    bus::Loop loop;
    alice.attach(loop);
    std::size_t answered = 0;
    std::size_t busy = 0;
    base::TaskGroup tasks([&](const std::exception_ptr& failure) {
        EXPECT_EQ(kind_of_error([&] { std::rethrow_exception(failure); }), base::Error::Kind::busy);
        ++busy;
    });
    const auto ask = [&](bus::Message call) -> base::Task<void> {
        auto asking = alice.call_async(std::move(call), call_timeout);
        const bus::Message answer = co_await asking;
        ++answered;
    };
    for (std::size_t i = 0; i < calls; ++i) {
        tasks.spawn(
            ask(alice.method_call(protocol::bus_name, alice_.path.c_str(), protocol::account_interface, "Describe")));
    }
    EXPECT_EQ(of(alice_).text("login"), "open") << "the helpdesk's is made meanwhile";
    ASSERT_TRUE(eventually(loop, [&] { return tasks.active() == 0; }));
    EXPECT_EQ(answered + busy, calls);
    EXPECT_GE(answered, 1U);
}

class ASearch : public testing::Test {
protected:
    using Search = api::Searches::Search;
    /// It begins nothing that stays.
    [[nodiscard]] bool is_busy_for(std::uint32_t caller) {
        return kind_of_error([&] { const Search search = searches_.search_for(caller); }) == base::Error::Kind::busy;
    }
    static constexpr std::uint32_t root = 0;
    static constexpr std::uint32_t alice = 1;
    static constexpr std::uint32_t bob = 2;
    api::Searches searches_{3, 2};
};

TEST_F(ASearch, IsOneOfAFewAtOnceAndOneOfFewerOfTheSameCaller) {
    const Search first = searches_.search_for(alice);
    {
        const Search second = searches_.search_for(alice);
        EXPECT_TRUE(is_busy_for(alice));
        EXPECT_FALSE(is_busy_for(bob)) << "another caller's";
        const Search third = searches_.search_for(bob);
        EXPECT_TRUE(is_busy_for(bob));
        EXPECT_TRUE(is_busy_for(root));
    }
    EXPECT_FALSE(is_busy_for(alice)) << "when the others have ended";
    EXPECT_FALSE(is_busy_for(bob));
}

TEST_F(ASearch, IsRootsAsOftenAsThereIsRoom) {
    const Search first = searches_.search_for(root);
    const Search second = searches_.search_for(root);
    {
        const Search third = searches_.search_for(root);
        EXPECT_TRUE(is_busy_for(root));
    }
    EXPECT_FALSE(is_busy_for(root));
}

} // namespace

} // namespace loquet::tests
