// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/task.h"
#include "tests/support/job_queue.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace loquet::base {

namespace {

using Notes = std::vector<std::string>;

class ATaskGroup : public testing::Test {
protected:
    Notes notes;
    tests::JobQueue loop;
    TaskGroup tasks{[this](std::exception_ptr failure) { // NOLINT(performance-unnecessary-value-param)
        try {
            std::rethrow_exception(failure);
        } catch (const Error& error) {
            notes.emplace_back(error.what());
        }
    }};
};

using ATask = ATaskGroup;
using APromise = ATaskGroup;
using AnAsyncMutex = ATaskGroup;

Task<int> number(Notes& notes, int value) {
    notes.push_back("number " + std::to_string(value));
    co_return value;
}

Task<void> add(Notes& notes) {
    notes.emplace_back("begin");
    auto first = number(notes, 1);
    auto second = number(notes, 2);
    notes.emplace_back("both made");
    const int b = co_await second;
    const int a = co_await first;
    notes.push_back("sum " + std::to_string(a + b));
}

Task<int> held_number(Notes& notes, Future<void> let_go) {
    notes.emplace_back("begin");
    co_await let_go;
    notes.emplace_back("number 7");
    co_return 7;
}

Task<void> note_outcome(Notes& notes, Future<int> outcome) {
    const int value = co_await outcome;
    notes.push_back("outcome " + std::to_string(value));
}

TEST_F(ATask, StartsWhenItIsAwaitedAndNotBefore) {
    auto task = add(notes);
    EXPECT_TRUE(notes.empty());
    tasks.spawn(std::move(task));
    EXPECT_EQ(notes, (Notes{"begin", "both made", "number 2", "number 1", "sum 3"}));
    EXPECT_EQ(tasks.active(), 0U);
}

TEST_F(ATask, ThatWasStartedRunsUpToWhereItWaitsAndKeepsItsOutcome) {
    Promise<void> held;
    auto outcome = started(held_number(notes, held.future()));
    EXPECT_EQ(notes, (Notes{"begin"}));
    held.set();
    EXPECT_EQ(notes, (Notes{"begin", "number 7"}));
    tasks.spawn(note_outcome(notes, std::move(outcome)));
    EXPECT_EQ(notes.back(), "outcome 7");
}

TEST_F(ATask, ThatWasStartedAndFailsTellsWhoAwaitsItsOutcome) {
    Promise<void> held;
    auto outcome = started(held_number(notes, held.future()));
    tasks.spawn(note_outcome(notes, std::move(outcome)));
    held.fail(std::make_exception_ptr(Error(Error::Kind::denied, "no")));
    EXPECT_EQ(notes, (Notes{"begin", "no"}));
}

TEST_F(ATask, ThatWasStartedIsCancelledWhenItsOutcomeIsDropped) {
    Promise<void> held;
    (void)started(held_number(notes, held.future()));
    EXPECT_FALSE(held.wanted());
    held.set();
    EXPECT_EQ(notes, (Notes{"begin"}));
}

TEST_F(ATask, ThatNobodyAwaitsNeverRuns) {
    {
        const auto task = number(notes, 1);
    }
    EXPECT_TRUE(notes.empty());
}

Task<int> failing() {
    throw Error(Error::Kind::conflict, "there is one already");
    co_return 0;
}

Task<void> catching(Notes& notes) {
    auto task = failing();
    try {
        (void)co_await task;
    } catch (const Error& error) {
        notes.push_back(std::string("caught: ") + error.what());
    }
}

Task<void> not_catching() {
    auto task = failing();
    (void)co_await task;
}

TEST_F(ATask, ThrowsWhereItIsAwaited) {
    tasks.spawn(catching(notes));
    EXPECT_EQ(notes, Notes{"caught: there is one already"});
}

TEST_F(ATaskGroup, TakesWhatATaskThrowsAndGoesOn) {
    tasks.spawn(not_catching());
    EXPECT_EQ(notes, Notes{"there is one already"});
    EXPECT_EQ(tasks.active(), 0U);
    tasks.spawn(catching(notes));
    EXPECT_EQ(notes.size(), 2U);
}

Task<void> waiting(Notes& notes, Future<int> future) {
    const int value = co_await future;
    notes.push_back("got " + std::to_string(value));
}

TEST_F(ATaskGroup, IsNotToldOfATaskThatItCancelsAtItsEnd) {
    int told = 0;
    Promise<void> promise;
    {
        TaskGroup short_lived([&](const std::exception_ptr&) { ++told; });
        short_lived.when_idle([&] { ++told; });
        short_lived.spawn([](Future<void> future) -> Task<void> { co_await future; }(promise.future()));
    }
    EXPECT_FALSE(promise.wanted());
    promise.set();
    EXPECT_EQ(told, 0);
}

TEST_F(ATaskGroup, IsIdleWhenTheLastOfItsTasksEnds) {
    int idle = 0;
    tasks.when_idle([&] { ++idle; });
    Promise<int> first;
    Promise<int> second;
    tasks.spawn(waiting(notes, first.future()));
    tasks.spawn(waiting(notes, second.future()));
    EXPECT_EQ(tasks.active(), 2U);
    first.set(1);
    EXPECT_EQ(tasks.active(), 1U);
    EXPECT_EQ(idle, 0);
    second.set(2);
    EXPECT_EQ(tasks.active(), 0U);
    EXPECT_EQ(idle, 1);
}

TEST_F(APromise, ResumesItsWaiterInsideTheAnswer) {
    Promise<int> promise;
    tasks.spawn(waiting(notes, promise.future()));
    EXPECT_FALSE(promise.settled());
    EXPECT_TRUE(notes.empty());
    promise.set(7);
    EXPECT_TRUE(promise.settled());
    EXPECT_EQ(notes, Notes{"got 7"});
}

TEST_F(APromise, ThatIsKeptBeforeSomebodyWaitsDoesNotMakeHimWait) {
    Promise<int> promise;
    promise.set(7);
    tasks.spawn(waiting(notes, promise.future()));
    EXPECT_EQ(notes, Notes{"got 7"});
}

TEST_F(APromise, ThatFailsThrowsWhereItIsAwaited) {
    Promise<int> promise;
    tasks.spawn(waiting(notes, promise.future()));
    promise.fail(std::make_exception_ptr(Error(Error::Kind::busy, "too much is going on")));
    EXPECT_EQ(notes, Notes{"too much is going on"});
}

Task<void> noting_the_kind(Notes& notes, Future<void> future) {
    try {
        co_await future;
        notes.emplace_back("answered");
    } catch (const Error& error) {
        notes.emplace_back(error.kind() == Error::Kind::unavailable ? "unavailable" : "another error");
    }
}

TEST_F(APromise, ThatIsDroppedAnswersThatTheWorkIsUnavailableByAJobOfTheLoop) {
    {
        Promise<void> promise(loop);
        tasks.spawn(noting_the_kind(notes, promise.future()));
        const Promise<void> moved = std::move(promise);
        EXPECT_TRUE(notes.empty()) << "moving is not dropping";
    }
    EXPECT_TRUE(notes.empty()) << "a destructor resumes nobody";
    loop.run();
    EXPECT_EQ(notes, Notes{"unavailable"});
}

TEST_F(APromise, CarriesWhatCanOnlyBeMoved) {
    Promise<std::unique_ptr<int>> promise;
    auto future = promise.future();
    promise.set(std::make_unique<int>(3));
    EXPECT_EQ(*future.await_resume(), 3);
}

Task<void> in_turn(Notes& notes, AsyncMutex& mutex, std::string name, Future<void> leave) {
    auto asking = mutex.lock();
    const auto turn = co_await asking;
    notes.push_back(name + " in");
    co_await leave;
    notes.push_back(name + " out");
}

TEST_F(AnAsyncMutex, LetsOneInAtATimeInTheOrderOfAsking) {
    AsyncMutex mutex(loop);
    std::vector<Promise<void>> leave(3);
    tasks.spawn(in_turn(notes, mutex, "a", leave[0].future()));
    tasks.spawn(in_turn(notes, mutex, "b", leave[1].future()));
    tasks.spawn(in_turn(notes, mutex, "c", leave[2].future()));
    EXPECT_EQ(mutex.waiting(), 2U);
    EXPECT_EQ(notes, Notes{"a in"});
    leave[1].set(); // b may leave, but is not in yet
    EXPECT_EQ(notes, Notes{"a in"});
    leave[0].set();
    EXPECT_EQ(notes, (Notes{"a in", "a out"})) << "a destructor resumes nobody";
    loop.run();
    EXPECT_EQ(notes, (Notes{"a in", "a out", "b in", "b out", "c in"}));
    leave[2].set();
    EXPECT_EQ(mutex.waiting(), 0U);
    EXPECT_EQ(tasks.active(), 0U);
}

TEST_F(AnAsyncMutex, IsFreeAgainAfterOneWhoLeftByAnError) {
    AsyncMutex mutex(loop);
    Promise<void> leave;
    tasks.spawn(in_turn(notes, mutex, "a", leave.future()));
    leave.fail(std::make_exception_ptr(Error(Error::Kind::invalid, "wrong")));
    Promise<void> next;
    next.set();
    tasks.spawn(in_turn(notes, mutex, "b", next.future()));
    EXPECT_EQ(notes, (Notes{"a in", "wrong", "b in", "b out"}));
}

} // namespace

} // namespace loquet::base
