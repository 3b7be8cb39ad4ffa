// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/account_queue.h"
#include "lib/base/limits.h"
#include "tests/support/job_queue.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {
namespace {

using base::Error;

model::Digest digest(std::uint8_t number) {
    model::Digest made;
    made.bytes.fill(number);
    return made;
}

class AnAccountQueue : public testing::Test {
protected:
    /// Enters and evaluates until finish().
    void acquire(const std::string& who, std::uint8_t place, std::uint8_t name = 1) {
        tasks_.spawn(evaluate(who, place, name));
    }
    /// The helpdesk's turn, until finish().
    void maintain(const std::string& who) { tasks_.spawn(maintenance(who)); }
    /// The evaluation that runs ends.
    void finish() {
        base::Promise<void> ending = std::move(*running_);
        running_.reset();
        ending.set();
        loop_.run();
    }
    void finish_all() {
        while (running_) {
            finish();
        }
    }

    base::Task<void> evaluate(std::string who, std::uint8_t place, std::uint8_t name) {
        auto entering = queue_.acquire(digest(name), digest(place));
        const AccountQueue::Permit turn = co_await entering;
        order_ += who;
        if (who == "!") {
            throw Error(Error::Kind::internal, "the evaluation failed");
        }
        running_.emplace();
        auto ending = running_->future();
        co_await ending;
    }

    base::Task<void> maintenance(std::string who) {
        auto entering = queue_.acquire_for_maintenance(digest(1));
        const AccountQueue::Permit turn = co_await entering;
        order_ += who;
        running_.emplace();
        auto ending = running_->future();
        co_await ending;
    }

    tests::JobQueue loop_;
    AccountQueue queue_{loop_};
    std::optional<base::Promise<void>> running_;
    std::string order_;
    std::vector<Error::Kind> failures_;
    base::TaskGroup tasks_{[this](const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const Error& error) {
            failures_.push_back(error.kind());
        }
    }};
};

TEST_F(AnAccountQueue, LetsOneInAtATimeForEachName) {
    acquire("a", 1);
    acquire("b", 1);
    EXPECT_EQ(order_, "a");
    EXPECT_EQ(queue_.waiting(digest(1)), 1U);
    finish();
    EXPECT_EQ(order_, "ab");
    finish();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, DoesNotMakeOneNameWaitForAnother) {
    acquire("a", 1, 1);
    base::Promise<void> of_a = std::move(*running_);
    acquire("b", 1, 2);
    EXPECT_EQ(order_, "ab");
    finish();
    of_a.set();
    loop_.run();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, LetsPlacesTakeTurns) {
    acquire("a", 1);
    for (int i = 0; i < 3; ++i) {
        acquire("f", 1); // the flood
    }
    acquire("o", 2); // the owner, elsewhere
    finish();
    finish();
    EXPECT_EQ(order_, "afo");
    finish_all();
    EXPECT_EQ(order_, "afoff");
}

TEST_F(AnAccountQueue, TakesHalfOfItsPlacesFromOnePlaceAndNotOneMore) {
    acquire("a", 1);
    for (std::size_t i = 0; i < limits::waiting_per_account / 2; ++i) {
        acquire("f", 1);
    }
    EXPECT_TRUE(failures_.empty());
    acquire("x", 1);
    EXPECT_EQ(failures_, std::vector<Error::Kind>{Error::Kind::busy});
    acquire("o", 2);
    EXPECT_EQ(queue_.waiting(digest(1)), limits::waiting_per_account / 2 + 1);
    finish_all();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, TakesAsManyAsTheLimitFromAllPlacesAndNotOneMore) {
    acquire("a", 1);
    for (std::size_t i = 0; i < limits::waiting_per_account; ++i) {
        acquire("f", static_cast<std::uint8_t>(i % 4));
    }
    EXPECT_TRUE(failures_.empty());
    acquire("x", 9);
    EXPECT_EQ(failures_, std::vector<Error::Kind>{Error::Kind::busy});
    finish_all();
}

TEST_F(AnAccountQueue, HasAPlaceForMaintenanceHoweverManyWait) {
    acquire("a", 1);
    for (std::size_t i = 0; i < limits::waiting_per_account; ++i) {
        acquire("f", static_cast<std::uint8_t>(i % 4));
    }
    maintain("h");
    EXPECT_TRUE(failures_.empty());
    EXPECT_EQ(order_, "a"); // never beside an evaluation
    finish();
    EXPECT_EQ(order_, "ah"); // and before those who wait
    finish();
    EXPECT_EQ(order_, "ahf");
    finish_all();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, LetsMaintenanceInAtOnceWhereNobodyEvaluates) {
    maintain("h");
    acquire("a", 1);
    EXPECT_EQ(order_, "h");
    finish();
    EXPECT_EQ(order_, "ha");
    finish();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, TakesAsMuchMaintenanceAsTheLimitAndNoMore) {
    acquire("a", 1);
    for (std::size_t i = 0; i < limits::waiting_maintenance; ++i) {
        maintain("h");
    }
    EXPECT_TRUE(failures_.empty());
    maintain("x");
    EXPECT_EQ(failures_, std::vector<Error::Kind>{Error::Kind::busy});
    EXPECT_EQ(queue_.waiting(digest(1)), 0U); // takes no place from those who log in
    finish_all();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, GoesOnWhenAnEvaluationThrows) {
    acquire("a", 1);
    acquire("!", 1);
    acquire("b", 1);
    finish();
    EXPECT_EQ(order_, "a!b");
    EXPECT_EQ(failures_, std::vector<Error::Kind>{Error::Kind::internal});
    finish();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, GivesAwayThePlaceOfWhoIsCancelled) {
    acquire("a", 1);
    base::TaskId last = 0;
    for (std::size_t i = 0; i < limits::waiting_per_account / 2; ++i) {
        tasks_.spawn(evaluate("f", 1, 1), &last);
    }
    tasks_.cancel(last);
    EXPECT_EQ(queue_.waiting(digest(1)), limits::waiting_per_account / 2 - 1);
    acquire("g", 1);
    EXPECT_TRUE(failures_.empty());
    finish_all();
    EXPECT_EQ(order_.back(), 'g');
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, PassesOverWhoIsCancelledWhileWaitingAlone) {
    acquire("a", 1);
    base::TaskId answer = 0;
    base::TaskId helpdesk = 0;
    tasks_.spawn(evaluate("b", 2, 1), &answer);
    tasks_.spawn(maintenance("h"), &helpdesk);
    tasks_.cancel(answer);
    tasks_.cancel(helpdesk);
    finish();
    EXPECT_EQ(order_, "a");
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, PassesOverWhoIsCancelledAfterBeingChosen) {
    acquire("a", 1);
    base::TaskId chosen = 0;
    tasks_.spawn(evaluate("b", 1, 1), &chosen);
    acquire("c", 1);
    base::Promise<void> of_a = std::move(*running_);
    of_a.set(); // b has the turn, by a job that has not run yet
    tasks_.cancel(chosen);
    loop_.run();
    EXPECT_EQ(order_, "ac");
    finish();
    EXPECT_TRUE(queue_.idle());
}

TEST_F(AnAccountQueue, GoesOnWhenTheEvaluationIsCancelled) {
    base::TaskId evaluating = 0;
    tasks_.spawn(evaluate("a", 1, 1), &evaluating);
    acquire("b", 1);
    tasks_.cancel(evaluating);
    EXPECT_EQ(order_, "a") << "a destructor resumes nobody";
    loop_.run();
    EXPECT_EQ(order_, "ab");
    finish();
    EXPECT_TRUE(queue_.idle());
}

} // namespace
} // namespace loquet::conversation
