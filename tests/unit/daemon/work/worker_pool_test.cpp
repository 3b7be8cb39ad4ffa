// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/worker_pool.h"
#include "lib/base/error.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace loquet::work {
namespace {

using base::Error;
using tests::eventually;
using tests::wait_for;

model::Digest owner(std::uint8_t number) {
    model::Digest digest;
    digest.bytes[0] = number;
    return digest;
}

/// A job that stands still until the test lets it go.
class Gate {
public:
    auto job() {
        return [this] {
            ++entered_;
            open_.wait(false);
            return 0;
        };
    }
    void open() {
        open_ = true;
        open_.notify_all();
    }
    [[nodiscard]] int entered() const { return entered_; }

private:
    std::atomic<bool> open_{false};
    std::atomic<int> entered_{0};
};

class AWorkerPool : public ::testing::Test {
protected:
    /// All workers of `pool` busy until the gate opens.
    void occupy(WorkerPool& pool) {
        for (std::size_t i = 0; i < pool.workers(); ++i) {
            held_.push_back(pool.run(owner(200), gate_.job()));
            ASSERT_TRUE(eventually([&] { return gate_.entered() == static_cast<int>(i + 1); }));
        }
    }

    bus::Loop loop_;
    Gate gate_;
    std::vector<base::Future<int>> held_;
};

TEST_F(AWorkerPool, ReturnsWhatTheJobReturnsFromAnotherThread) {
    WorkerPool pool(loop_, "test", 2, 8);
    const auto id = wait_for(loop_, pool.run(owner(1), [] { return std::this_thread::get_id(); }));
    EXPECT_NE(id, std::this_thread::get_id());
}

TEST_F(AWorkerPool, PassesOnWhatTheJobThrows) {
    WorkerPool pool(loop_, "test", 1, 8);
    const auto fail = []() -> int { throw Error(Error::Kind::conflict, "no"); };
    EXPECT_THROW(wait_for(loop_, pool.run(owner(1), fail)), Error);
}

TEST_F(AWorkerPool, TakesJobsThatOwnWhatCannotBeCopiedAndDestroysThemOnTheWorker) {
    WorkerPool pool(loop_, "test", 1, 8);
    std::atomic<bool> gone{false};
    auto mark = [&gone](const int* number) {
        delete number;
        gone = true;
    };
    std::unique_ptr<int, decltype(mark)> owned(new int(4), mark);
    auto result = pool.run(owner(1), [owned = std::move(owned)] { return *owned; });
    EXPECT_TRUE(eventually([&] { return gone.load(); })) << "without the loop's help";
    EXPECT_EQ(wait_for(loop_, std::move(result)), 4);
}

TEST_F(AWorkerPool, UsesAllCpusWhenToldNoNumber) {
    const WorkerPool pool(loop_, "test", 0, 8);
    EXPECT_EQ(pool.workers(), std::thread::hardware_concurrency());
}

// One worker: with more, another one may work on while this one, its job just taken, waits for a processor.
TEST_F(AWorkerPool, T17_DoesNotLetAFloodKeepOthersOut) {
    WorkerPool pool(loop_, "test", 1, 2000);
    occupy(pool);
    std::atomic<int> flood_done{0};
    for (int i = 0; i < 1000; ++i) {
        held_.push_back(pool.run(owner(1), [&flood_done] { return ++flood_done; }));
    }
    auto other = pool.run(owner(2), [&flood_done] { return flood_done.load(); });
    gate_.open();
    EXPECT_LE(wait_for(loop_, std::move(other)), 1);
    EXPECT_TRUE(eventually(loop_, [&] { return flood_done == 1000; })) << "and the flood is worked off";
}

TEST_F(AWorkerPool, HoldsItsLimitAndRefusesOneMoreAsBusy) {
    constexpr std::size_t limit = 3;
    WorkerPool pool(loop_, "test", 1, limit);
    occupy(pool);
    const auto one = [] { return 1; };
    std::vector<base::Future<int>> accepted;
    for (std::size_t i = 0; i < limit; ++i) {
        accepted.push_back(pool.run(owner(1), one));
    }
    try {
        wait_for(loop_, pool.run(owner(1), one));
        ADD_FAILURE() << "the job above the limit was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::busy);
    }
    gate_.open();
    for (auto& future : accepted) {
        EXPECT_EQ(wait_for(loop_, std::move(future)), 1);
    }
}

TEST_F(AWorkerPool, T17_GivesANewcomerThePlaceOfTheFloodsLastJobWhenItIsFull) {
    WorkerPool pool(loop_, "test", 1, 3);
    occupy(pool);
    const auto one = [] { return 1; };
    auto first = pool.run(owner(1), one);
    auto second = pool.run(owner(1), one);
    auto last = pool.run(owner(1), one);
    auto newcomer = pool.run(owner(2), one);
    EXPECT_THROW(wait_for(loop_, std::move(last)), Error);
    gate_.open();
    EXPECT_EQ(wait_for(loop_, std::move(newcomer)), 1);
    EXPECT_EQ(wait_for(loop_, std::move(first)), 1);
    EXPECT_EQ(wait_for(loop_, std::move(second)), 1);
}

TEST_F(AWorkerPool, AnswersWaitingJobsUnavailableWhenItEnds) {
    auto pool = std::make_unique<WorkerPool>(loop_, "test", 1, 8);
    std::atomic<bool> started{false};
    auto running = pool->run(owner(1), [&started, own = pool.get()] {
        started = true;
        while (!own->stopping()) { // so that the other job still waits when the pool ends
            std::this_thread::yield();
        }
        return 1;
    });
    ASSERT_TRUE(eventually([&] { return started.load(); }));
    std::atomic<bool> ran{false};
    auto waiting = pool->run(owner(1), [&ran] {
        ran = true;
        return 1;
    });
    pool.reset();
    EXPECT_FALSE(ran);
    EXPECT_EQ(wait_for(loop_, std::move(running)), 1) << "what ran comes to its end";
    EXPECT_EQ(tests::kind_of_error([&] { (void)wait_for(loop_, std::move(waiting)); }), Error::Kind::unavailable);
}

TEST_F(AWorkerPool, DoesNotBeginWorkThatNobodyWaitsForAnyMore) {
    WorkerPool pool(loop_, "test", 1, 8);
    occupy(pool);
    std::atomic<bool> ran{false};
    (void)pool.run(owner(1), [&ran] {
        ran = true;
        return 1;
    });
    auto last = pool.run(owner(1), [] { return 2; });
    gate_.open();
    EXPECT_EQ(wait_for(loop_, std::move(last)), 2);
    EXPECT_FALSE(ran);
}

TEST_F(AWorkerPool, EndsWhileNobodyWaitsForItsJobsAnyMore) {
    std::atomic<bool> ran{false};
    {
        WorkerPool pool(loop_, "test", 1, 8);
        occupy(pool);
        (void)pool.run(owner(1), [&ran] {
            ran = true;
            return 1;
        });
        held_.clear(); // nobody waits for the job that runs, either
        gate_.open();
    }
    loop_.run_once(base::Milliseconds(0));
    EXPECT_EQ(gate_.entered(), 1);
    EXPECT_FALSE(ran);
}

} // namespace
} // namespace loquet::work
