// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/loop.h"
#include "tests/support/eventually.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace loquet::bus {
namespace {

using Notes = std::vector<std::string>;

class ALoop : public testing::Test {
protected:
    /// What leaves the loop, or "" where it ran to stop().
    std::string run() {
        try {
            loop_->run();
        } catch (const std::exception& error) {
            return error.what();
        }
        return "";
    }
    void post(const std::string& note) {
        loop_->post([this, note] { notes_.push_back(note); });
    }
    void post_failure(const std::string& text) {
        loop_->post([text] { throw std::runtime_error(text); });
    }
    void post_stop() {
        loop_->post([this] { loop_->stop(); });
    }

    std::unique_ptr<Loop> loop_ = std::make_unique<Loop>();
    Notes notes_;
};

TEST_F(ALoop, EndsWithWhatAJobThrowsAndKeepsTheJobsBehindIt) {
    post("before");
    post_failure("broken");
    post("behind");
    EXPECT_EQ(run(), "broken");
    EXPECT_EQ(notes_, Notes{"before"});
    post("later");
    post_stop();
    EXPECT_EQ(run(), "") << "it can be run again";
    EXPECT_EQ(notes_, (Notes{"before", "behind", "later"}));
}

TEST_F(ALoop, EndsOnceForEachJobThatThrows) {
    post_failure("first");
    post_failure("second");
    post_stop();
    EXPECT_EQ(run(), "first");
    EXPECT_EQ(run(), "second");
    EXPECT_EQ(run(), "");
}

TEST_F(ALoop, KeepsTheFirstOfTheFailuresOfOneCallback) {
    loop_->post([this] {
        loop_->fail(std::make_exception_ptr(std::runtime_error("first")));
        loop_->fail(std::make_exception_ptr(std::runtime_error("second")));
    });
    post_stop();
    EXPECT_EQ(run(), "first");
}

TEST_F(ALoop, StopsAtOnceWhereItWasStoppedBeforeItRan) {
    loop_->stop();
    EXPECT_EQ(run(), "");
}

TEST_F(ALoop, DropsWhatIsQueuedWhenItDiesAndWhatThatPosts) {
    struct PostsAtItsEnd {
        explicit PostsAtItsEnd(Loop& loop, bool& ran) : loop_(&loop), ran_(&ran) {}
        PostsAtItsEnd(PostsAtItsEnd&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), ran_(other.ran_) {}
        PostsAtItsEnd& operator=(PostsAtItsEnd&&) = delete;
        PostsAtItsEnd(const PostsAtItsEnd&) = delete;
        PostsAtItsEnd& operator=(const PostsAtItsEnd&) = delete;
        ~PostsAtItsEnd() {
            if (loop_ != nullptr) {
                loop_->post([ran = ran_] { *ran = true; });
            }
        }
        Loop* loop_;
        bool* ran_;
    };
    bool ran = false;
    loop_->post([kept = PostsAtItsEnd(*loop_, ran)] { (void)kept; });
    loop_.reset();
    EXPECT_FALSE(ran);
}

TEST_F(ALoop, DiesWithAPromiseInItsQueueWhoseWaiterStays) {
    base::TaskGroup tasks([](const std::exception_ptr&) {});
    base::Promise<void> promise(*loop_);
    tasks.spawn([](base::Future<void> future) -> base::Task<void> { co_await future; }(promise.future()));
    loop_->post([answer = std::move(promise)]() mutable { answer.set(); });
    loop_.reset();
    EXPECT_EQ(tasks.active(), 1U) << "a destructor resumes nobody";
}

base::Task<void> nap(Loop& loop, Notes& notes, base::Milliseconds length) {
    auto sleeping = loop.sleep(length);
    co_await sleeping;
    notes.emplace_back("awake");
}

TEST_F(ALoop, WakesWhoSleeps) {
    base::TaskGroup tasks([](const std::exception_ptr&) {});
    tasks.spawn(nap(*loop_, notes_, base::Milliseconds(1)));
    EXPECT_TRUE(tests::eventually(*loop_, [&] { return tasks.active() == 0; }));
    EXPECT_EQ(notes_, Notes{"awake"});
}

TEST_F(ALoop, ForgetsTheTimerOfASleeperThatIsCancelled) {
    base::TaskGroup tasks([](const std::exception_ptr&) {});
    base::TaskId cancelled = 0;
    tasks.spawn(nap(*loop_, notes_, base::Milliseconds(0)), &cancelled);
    tasks.cancel(cancelled);
    tasks.spawn(nap(*loop_, notes_, base::Milliseconds(1))); // due after the other one was
    EXPECT_TRUE(tests::eventually(*loop_, [&] { return tasks.active() == 0; }));
    EXPECT_EQ(notes_.size(), 1U);
}

TEST_F(ALoop, DiesBeforeNobodyWhoSleeps) {
    {
        base::TaskGroup tasks([](const std::exception_ptr&) {});
        tasks.spawn(nap(*loop_, notes_, std::chrono::hours(1)));
    }
    loop_.reset();
    EXPECT_TRUE(notes_.empty());
}

TEST_F(ALoop, EndsWithWhatAWatchThrowsThatDestroysItself) {
    const base::Fd event(::eventfd(1, EFD_CLOEXEC));
    Source watch;
    watch = loop_->watch(event.get(), EPOLLIN, [&watch](std::uint32_t) {
        watch = Source();
        throw std::runtime_error("gone");
    });
    EXPECT_EQ(run(), "gone");
    post_stop();
    EXPECT_EQ(run(), "");
}

} // namespace
} // namespace loquet::bus
