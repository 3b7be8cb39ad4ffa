// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of coroutines that are cancelled: alone, by their group, by their scope, and by themselves.
#include "lib/base/task.h"
#include "tests/support/job_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::base {
namespace {

using Notes = std::vector<std::string>;

/// In a frame: notes that the frame is gone.
class Mark {
public:
    Mark(Notes& notes, std::string name) : notes_(notes), name_(std::move(name)) {}
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() { notes_.push_back(name_ + " gone"); }

private:
    Notes& notes_;
    std::string name_;
};

class ACancelledTask : public testing::Test {
protected:
    Task<void> wait(std::string name, Future<void> future) {
        const Mark mark(notes, name);
        co_await future;
        notes.push_back(name + " resumed");
    }
    Task<void> wait_below(std::string name, Future<void> future) {
        const Mark mark(notes, name);
        auto below = wait(name + "'s own", std::move(future));
        co_await below;
    }
    /// Cancels its own group and goes on; then waits.
    Task<void> cancel_all_of(TaskGroup& group, Future<void> future) {
        const Mark mark(notes, "canceller");
        group.cancel_all();
        notes.emplace_back("canceller still runs");
        co_await future;
        notes.emplace_back("canceller resumed");
    }
    Task<void> cancel_all_after(Future<void> start, Future<void> after) {
        const Mark mark(notes, "inner");
        co_await start;
        tasks.cancel_all();
        co_await after;
        notes.emplace_back("inner resumed");
    }
    Task<int> seven_after(Future<void> future) {
        co_await future;
        co_return 7;
    }
    Task<void> note_outcome(Future<int> outcome) {
        try {
            const int value = co_await outcome;
            notes.push_back("outcome " + std::to_string(value));
        } catch (const Error& error) {
            notes.emplace_back(error.kind() == Error::Kind::unavailable ? "unavailable" : error.what());
        }
    }

    Notes notes;
    tests::JobQueue loop;
    TaskGroup tasks{[this](const std::exception_ptr&) { notes.emplace_back("a task threw"); }};
};

using ACancelledGroup = ACancelledTask;
using ATaskScope = ACancelledTask;
using AShieldedTask = ACancelledTask;
using AFuture = ACancelledTask;

TEST_F(ACancelledTask, IsDestroyedWithAllThatItAwaitsAndIsNotResumed) {
    Promise<void> promise;
    TaskId id = 0;
    tasks.spawn(wait_below("a", promise.future()), &id);
    tasks.cancel(id);
    EXPECT_EQ(notes, (Notes{"a's own gone", "a gone"}));
    EXPECT_EQ(tasks.active(), 0U);
    EXPECT_FALSE(promise.wanted());
    promise.set();
    EXPECT_EQ(notes.size(), 2U);
}

TEST_F(ACancelledTask, DoesNotHearOfAPromiseThatIsDroppedAfterwards) {
    std::optional<Promise<void>> promise(std::in_place, loop);
    TaskId id = 0;
    tasks.spawn(wait("a", promise->future()), &id);
    tasks.cancel(id);
    promise.reset();
    EXPECT_EQ(loop.size(), 0U) << "nobody is left to be told";
    EXPECT_EQ(notes, Notes{"a gone"});
}

TEST_F(ACancelledTask, DoesNotHearOfAPromiseThatWasDroppedBefore) {
    std::optional<Promise<void>> promise(std::in_place, loop);
    TaskId id = 0;
    tasks.spawn(wait("a", promise->future()), &id);
    promise.reset();
    EXPECT_EQ(loop.size(), 1U);
    tasks.cancel(id);
    loop.run();
    EXPECT_EQ(notes, Notes{"a gone"});
}

TEST_F(ACancelledGroup, EndsWhatStillWaitsWhenItDies) {
    Promise<void> promise;
    {
        TaskGroup group([](const std::exception_ptr&) { ADD_FAILURE(); });
        group.spawn(wait_below("a", promise.future()));
        EXPECT_TRUE(notes.empty());
    }
    EXPECT_EQ(notes, (Notes{"a's own gone", "a gone"}));
    promise.set();
    EXPECT_EQ(notes.size(), 2U);
}

TEST_F(ACancelledGroup, MayBeSoByOneOfItsOwnTasksWhichEndsWhereItNextWaits) {
    Promise<void> of_first;
    Promise<void> of_canceller;
    Promise<void> of_last;
    tasks.spawn(wait("first", of_first.future()));
    tasks.spawn(cancel_all_of(tasks, of_canceller.future()));
    EXPECT_EQ(notes, (Notes{"first gone", "canceller still runs", "canceller gone"}));
    EXPECT_EQ(tasks.active(), 0U);
    EXPECT_FALSE(of_canceller.wanted());
    tasks.spawn(wait("last", of_last.future()));
    of_last.set();
    EXPECT_EQ(notes.back(), "last gone") << "the group takes tasks as before";
}

TEST_F(ACancelledGroup, MayBeSoByATaskThatEndsThereupon) {
    Promise<void> ready;
    ready.set();
    Promise<void> promise;
    tasks.spawn(wait("other", promise.future()));
    tasks.spawn(cancel_all_of(tasks, ready.future()));
    EXPECT_EQ(notes, (Notes{"other gone", "canceller still runs", "canceller resumed", "canceller gone"}));
    EXPECT_EQ(tasks.active(), 0U);
}

Task<void> resume(Notes& notes, Promise<void>& other, Future<void> afterwards) {
    const Mark mark(notes, "outer");
    other.set(); // runs another task of the group inside this one
    notes.emplace_back("outer goes on");
    co_await afterwards;
    notes.emplace_back("outer resumed");
}

TEST_F(ACancelledGroup, MayBeSoByATaskThatRunsInsideAnother) {
    Promise<void> start_inner;
    Promise<void> of_inner;
    Promise<void> of_outer;
    tasks.spawn(cancel_all_after(start_inner.future(), of_inner.future()));
    tasks.spawn(resume(notes, start_inner, of_outer.future()));
    EXPECT_EQ(notes, (Notes{"inner gone", "outer goes on", "outer gone"}));
    EXPECT_EQ(tasks.active(), 0U);
}

TEST_F(ACancelledGroup, MayDieInOneOfItsOwnTasks) {
    auto group = std::make_unique<TaskGroup>([](const std::exception_ptr&) { ADD_FAILURE(); });
    Promise<void> start;
    Promise<void> after;
    group->spawn(
        [](Notes& noted, std::unique_ptr<TaskGroup>& own, Future<void> begin, Future<void> next) -> Task<void> {
            const Mark mark(noted, "task");
            co_await begin;
            own.reset();
            noted.emplace_back("still runs");
            co_await next;
            noted.emplace_back("resumed");
        }(notes, group, start.future(), after.future()));
    start.set();
    EXPECT_EQ(notes, (Notes{"still runs", "task gone"}));
}

TEST_F(ACancelledGroup, IsIdleWhenItsLastTaskWasCancelled) {
    int idle = 0;
    tasks.when_idle([&] { ++idle; });
    Promise<void> first;
    Promise<void> second;
    tasks.spawn(wait("a", first.future()));
    tasks.spawn(wait("b", second.future()));
    tasks.cancel_all();
    EXPECT_EQ(idle, 1);
}

Task<void> note_that_it_runs(Notes& notes) {
    notes.emplace_back("runs");
    co_return;
}

struct Spawner {
    TaskGroup& group;
    Notes& notes;
    Spawner(TaskGroup& in, Notes& noted) : group(in), notes(noted) {}
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;
    ~Spawner() { group.spawn(note_that_it_runs(notes)); }
};

Task<void> spawn_at_the_end(TaskGroup& group, Notes& notes, Future<void> future) {
    const Spawner spawner(group, notes);
    co_await future;
}

TEST_F(ACancelledGroup, TakesNoTaskFromTheDestructorsOfThoseThatItEnds) {
    Promise<void> promise;
    {
        TaskGroup group([](const std::exception_ptr&) { ADD_FAILURE(); });
        group.spawn(spawn_at_the_end(group, notes, promise.future()));
    }
    EXPECT_TRUE(notes.empty());
}

TEST_F(ACancelledGroup, TellsWhoWaitsForAnOutcomeThatItWasCancelledByAJobOfTheLoop) {
    Promise<void> promise;
    TaskGroup work([](const std::exception_ptr&) { ADD_FAILURE(); });
    tasks.spawn(note_outcome(work.run(loop, seven_after(promise.future()))));
    work.cancel_all();
    EXPECT_TRUE(notes.empty());
    loop.run();
    EXPECT_EQ(notes, Notes{"unavailable"});
}

TEST_F(ACancelledGroup, GoesOnWithATaskWhoseOutcomeNobodyWaitsForAnyMore) {
    Promise<void> promise;
    TaskGroup work([](const std::exception_ptr&) { ADD_FAILURE(); });
    tasks.spawn(note_outcome(work.run(loop, seven_after(promise.future()))));
    tasks.cancel_all();
    EXPECT_EQ(work.active(), 1U);
    promise.set();
    EXPECT_EQ(work.active(), 0U);
    EXPECT_TRUE(notes.empty());
}

TEST_F(ACancelledGroup, HandsTheOutcomeToWhoWaits) {
    Promise<void> promise;
    TaskGroup work([](const std::exception_ptr&) { ADD_FAILURE(); });
    tasks.spawn(note_outcome(work.run(loop, seven_after(promise.future()))));
    promise.set();
    EXPECT_EQ(notes, Notes{"outcome 7"});
    Promise<void> failing;
    tasks.spawn(note_outcome(work.run(loop, seven_after(failing.future()))));
    failing.fail(std::make_exception_ptr(Error(Error::Kind::denied, "no")));
    EXPECT_EQ(notes.back(), "no");
}

TEST_F(AShieldedTask, IsCancelledWithAllOfItsGroupOnly) {
    Promise<void> of_first;
    Promise<void> of_second;
    TaskId shielded = 0;
    tasks.spawn(wait("shielded", of_first.future()), &shielded);
    tasks.spawn(wait("other", of_second.future()));
    tasks.shield(shielded);
    tasks.cancel(shielded);
    EXPECT_TRUE(notes.empty());
    tasks.cancel_unshielded();
    EXPECT_EQ(notes, Notes{"other gone"});
    tasks.cancel_all();
    EXPECT_EQ(notes, (Notes{"other gone", "shielded gone"}));
}

TEST_F(AShieldedTask, ComesToItsEnd) {
    Promise<void> promise;
    TaskId id = 0;
    tasks.spawn(wait("a", promise.future()), &id);
    tasks.shield(id);
    tasks.cancel_unshielded();
    promise.set();
    EXPECT_EQ(notes, (Notes{"a resumed", "a gone"}));
}

TEST_F(ATaskScope, EndsItsOwnTasksAndNoOthers) {
    Promise<void> mine;
    Promise<void> another;
    {
        TaskScope scope(tasks);
        scope.spawn(wait("mine", mine.future()));
        tasks.spawn(wait("another", another.future()));
        EXPECT_EQ(tasks.active(), 2U) << "they count for the group";
    }
    EXPECT_EQ(notes, Notes{"mine gone"});
    another.set();
    EXPECT_EQ(notes, (Notes{"mine gone", "another resumed", "another gone"}));
}

TEST_F(ATaskScope, MayOutliveItsGroup) {
    auto group = std::make_unique<TaskGroup>([](const std::exception_ptr&) { ADD_FAILURE(); });
    Promise<void> promise;
    {
        TaskScope scope(*group);
        scope.spawn(wait("a", promise.future()));
        group.reset();
        EXPECT_EQ(notes, Notes{"a gone"});
    }
    EXPECT_EQ(notes.size(), 1U);
}

Task<void> await_twice(Notes& notes, Future<void> future) {
    co_await future;
    notes.emplace_back("once");
    co_await future;
    notes.emplace_back("twice");
}

TEST_F(AFuture, CannotBeAwaitedTwice) {
    Promise<void> promise;
    tasks.spawn(await_twice(notes, promise.future()));
    promise.set();
    EXPECT_EQ(notes, (Notes{"once", "a task threw"}));
}

TEST_F(AFuture, IsTheOnlyOneOfItsPromise) {
    static_assert(!std::is_copy_constructible_v<Future<int>>);
    static_assert(!std::is_copy_assignable_v<Future<int>>);
    const Promise<int> promise;
    const auto future = promise.future();
    EXPECT_THROW((void)promise.future(), Error);
}

TEST_F(AFuture, ThatIsReplacedIsWantedNoMore) {
    Promise<int> first;
    Promise<int> second;
    auto future = first.future();
    future = second.future();
    EXPECT_FALSE(first.wanted());
    EXPECT_TRUE(second.wanted());
}

TEST_F(AFuture, OfAStartedTaskCancelsItWhenTheFrameThatHasItIsCancelled) {
    Promise<void> promise;
    tasks.spawn(note_outcome(started(seven_after(promise.future()))));
    EXPECT_TRUE(promise.wanted());
    tasks.cancel_all();
    EXPECT_FALSE(promise.wanted());
}

Task<void> drop_own_outcome(Notes& notes, std::optional<Future<int>>& outcome, Future<void> start) {
    co_await start;
    outcome.reset(); // the work that resumed this one is not at its end yet
    notes.emplace_back("dropped");
}

TEST_F(AFuture, OfAStartedTaskMayBeDroppedByWhatTheTaskResumes) {
    Promise<void> start;
    Promise<void> inner;
    std::optional<Future<int>> outcome;
    tasks.spawn(drop_own_outcome(notes, outcome, inner.future()));
    outcome.emplace(started([](Future<void> begin, Promise<void>& other) -> Task<int> {
        co_await begin;
        other.set();
        co_return 1;
    }(start.future(), inner)));
    start.set();
    EXPECT_EQ(notes, Notes{"dropped"});
    EXPECT_FALSE(outcome.has_value());
}

} // namespace
} // namespace loquet::base
