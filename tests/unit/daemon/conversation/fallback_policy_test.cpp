// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/lockout_service.h"
#include "daemon/conversation/strict_policy.h"

#include <gtest/gtest.h>

#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::Counter;
using protocol::JudgeRequest;
using protocol::LockoutEvent;
using protocol::Scope;
using protocol::Verdict;

constexpr std::int64_t now = 1795420800000;
constexpr std::int64_t minute = 60'000;

struct Row {
    const char* name;
    LockoutEvent event;
    std::uint32_t since_lock;
    std::int64_t locked_until;
    bool disabled;
    Verdict verdict;
    std::uint32_t then_since_lock;
    std::int64_t then_locked_until;
};

class TheStrictPolicy : public testing::TestWithParam<Row> {};

TEST_P(TheStrictPolicy, JudgesAsTheTableSays) {
    const Row& row = GetParam();
    JudgeRequest request;
    request.event = row.event;
    request.now = base::Milliseconds(now);
    Counter counter;
    counter.since_lock = row.since_lock;
    counter.locked_until = row.locked_until;
    counter.disabled = row.disabled;
    request.counters[Scope::account] = counter;
    const auto judgement = judge_strictly(request);
    EXPECT_EQ(judgement.verdict, row.verdict);
    EXPECT_EQ(judgement.counters[Scope::account]->since_lock, row.then_since_lock);
    EXPECT_EQ(judgement.counters[Scope::account]->locked_until, row.then_locked_until);
    EXPECT_EQ(judgement.counters[Scope::account]->disabled, row.disabled);
    EXPECT_EQ(judgement.until.count(), row.verdict == Verdict::locked ? row.then_locked_until : 0);
}

INSTANTIATE_TEST_SUITE_P(
    Table, TheStrictPolicy,
    testing::Values(Row{"AFreshNameIsAllowed", LockoutEvent::before, 0, 0, false, Verdict::allow, 0, 0},
                    Row{"TwoFailuresAreAllowed", LockoutEvent::before, 2, 0, false, Verdict::allow, 2, 0},
                    Row{"TheSecondFailureDoesNotLock", LockoutEvent::failed, 1, 0, false, Verdict::allow, 2, 0},
                    Row{"TheThirdFailureLocks", LockoutEvent::failed, 2, 0, false, Verdict::locked, 0,
                        now + 20 * minute},
                    Row{"ALockStands", LockoutEvent::before, 0, now + 1, false, Verdict::locked, 0, now + 1},
                    Row{"ALockEndsOnTime", LockoutEvent::before, 0, now, false, Verdict::allow, 0, now},
                    Row{"ASuccessForgives", LockoutEvent::succeeded, 2, 0, false, Verdict::allow, 0, 0},
                    Row{"ASuccessEndsNoLock", LockoutEvent::succeeded, 0, now + 1, false, Verdict::locked, 0, now + 1},
                    Row{"DisabledStays", LockoutEvent::before, 0, 0, true, Verdict::disabled, 0, 0},
                    Row{"DisabledStaysAfterASuccess", LockoutEvent::succeeded, 0, 0, true, Verdict::disabled, 0, 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ThePolicyInAnEmergency, KeepsALockOfTheAccountAtThisPlace) {
    JudgeRequest request;
    request.now = base::Milliseconds(now);
    request.counters[Scope::account] = Counter{};
    request.counters[Scope::account_place] = Counter{};
    request.counters[Scope::account_place]->locked_until = now + minute;
    EXPECT_EQ(judge_strictly(request).verdict, Verdict::locked);
}

TEST(ThePolicyInAnEmergency, T13_JudgesAKnownPlaceByItsOwnCounterAlone) {
    JudgeRequest request;
    request.now = base::Milliseconds(now);
    request.counters[Scope::account] = Counter{};
    request.counters[Scope::account]->locked_until = now + minute;
    request.counters[Scope::account]->disabled = true;
    request.counters[Scope::account_place] = Counter{};
    EXPECT_EQ(judge_strictly(request).verdict, Verdict::disabled);
    request.counters[Scope::known_place] = Counter{};
    EXPECT_EQ(judge_strictly(request).verdict, Verdict::allow);
    request.event = LockoutEvent::failed;
    request.counters[Scope::known_place]->since_lock = 2;
    const auto judgement = judge_strictly(request);
    EXPECT_EQ(judgement.verdict, Verdict::locked);
    EXPECT_EQ(judgement.until.count(), now + 20 * minute);
    request.event = LockoutEvent::succeeded;
    EXPECT_FALSE(judge_strictly(request).counters[Scope::account]->disabled) << "the owner is there";
}

TEST(ThePolicyInAnEmergency, EndsTheLocksOfTheNameWhenLiftedAndPardonsWhatWasCounted) {
    JudgeRequest request;
    request.event = LockoutEvent::lifted;
    request.now = base::Milliseconds(now);
    Counter locked;
    locked.consecutive = 130;
    locked.since_lock = 2;
    locked.locked_until = now + minute;
    locked.disabled = true;
    locked.hour = now / 3'600'000 - 1;
    locked.failed_in_hour.front() = 20;
    locked.failed_in_hour.back() = 7; // an hour older by now, and so forgotten
    for (const Scope scope : {Scope::account, Scope::account_place, Scope::known_place, Scope::place, Scope::site}) {
        request.counters[scope] = locked;
    }
    const auto judgement = judge_strictly(request);
    EXPECT_EQ(judgement.verdict, Verdict::allow);
    for (const Scope scope : {Scope::account, Scope::account_place, Scope::known_place}) {
        const Counter& counter = *judgement.counters[scope];
        EXPECT_EQ(counter.locked_until, 0);
        EXPECT_EQ(counter.since_lock, 0U);
        EXPECT_FALSE(counter.disabled);
        EXPECT_EQ(counter.consecutive, 130U) << "the guesses were made";
        EXPECT_EQ(counter.pardoned_in_a_row, 130U);
        EXPECT_EQ(counter.failed_in_hour[1], 20U);
        EXPECT_EQ(counter.pardoned, 20U);
    }
    EXPECT_EQ(judgement.counters[Scope::place], locked);
    EXPECT_EQ(judgement.counters[Scope::site], locked);
}

TEST(ThePolicyInAnEmergency, PardonsNothingAnyMoreOfTheHoursThatLeaveNorOfARowThatIsOver) {
    JudgeRequest request;
    request.event = LockoutEvent::failed;
    request.now = base::Milliseconds(now);
    Counter pardoned;
    pardoned.consecutive = 20;
    pardoned.pardoned = 20;
    pardoned.pardoned_in_a_row = 20;
    pardoned.hour = now / 3'600'000 - 2;
    pardoned.failed_in_hour[23] = 12;
    pardoned.failed_in_hour[3] = 8;
    request.counters[Scope::account] = pardoned;
    auto judgement = judge_strictly(request);
    EXPECT_EQ(judgement.counters[Scope::account]->pardoned, 8U);
    EXPECT_EQ(judgement.counters[Scope::account]->pardoned_in_a_row, 20U);
    request.event = LockoutEvent::succeeded;
    judgement = judge_strictly(request);
    EXPECT_EQ(judgement.counters[Scope::account]->pardoned_in_a_row, 0U);
}

TEST(ThePolicyInAnEmergency, CountsNothingForARefusal) {
    JudgeRequest request;
    request.event = LockoutEvent::refused;
    request.now = base::Milliseconds(now);
    request.counters[Scope::account] = Counter{};
    EXPECT_EQ(judge_strictly(request).counters, request.counters);
}

TEST(ThePolicyInAnEmergency, CountsAFailureInEveryScopeAndHour) {
    JudgeRequest request;
    request.event = LockoutEvent::failed;
    request.now = base::Milliseconds(now);
    request.counters[Scope::account] = Counter{};
    request.counters[Scope::site] = Counter{};
    request.counters[Scope::site]->hour = now / 3'600'000 - 1;
    request.counters[Scope::site]->failed_in_hour.front() = 4;
    const auto counters = judge_strictly(request).counters;
    EXPECT_EQ(counters[Scope::account]->consecutive, 1U);
    EXPECT_EQ(counters[Scope::account]->last_failure, now);
    EXPECT_EQ(counters[Scope::site]->failed_in_hour[0], 1U);
    EXPECT_EQ(counters[Scope::site]->failed_in_hour[1], 4U);
    EXPECT_EQ(counters[Scope::place], std::nullopt);
}

} // namespace
} // namespace loquet::conversation
