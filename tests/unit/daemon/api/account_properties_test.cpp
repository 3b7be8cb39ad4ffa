// SPDX-License-Identifier: LGPL-2.1-or-later
// What an account tells of the locks by failures: State, LockedUntil and LockReason of the login, RecoveryLockedUntil
// of recovery.
#include "daemon/api/account_objects.h"
#include "tests/support/fake_clock.h"

#include <gtest/gtest.h>

namespace loquet::api {
namespace {

using base::Milliseconds;

class AnAccountLockedByFailures : public testing::Test {
protected:
    [[nodiscard]] std::int64_t in_an_hour() { return steady_.now(clock_).count() + hour.count(); }
    AccountProperties shown() { return properties_of(view_, settings_, steady_, clock_); }

    static constexpr Milliseconds hour = std::chrono::hours(1);
    tests::FakeClock clock_;
    // The clock was set back by two hours since times were kept: what is shown is on the wall's clock all the same.
    model::SteadyTime steady_{clock_.wall() + 2 * hour, clock_};
    config::Config settings_;
    accounts::AccountView view_;
};

TEST_F(AnAccountLockedByFailures, TellsOfNoLockWhereThereIsNone) {
    EXPECT_EQ(shown().state, "active");
    EXPECT_EQ(shown().locked_until.count(), 0);
    EXPECT_EQ(shown().recovery_locked_until.count(), 0);
}

TEST_F(AnAccountLockedByFailures, InRecoveryAloneIsActiveAndTellsUntilWhenRecoveryIsLocked) {
    view_.recoveries.lock = {in_an_hour(), false, "too-many-failures-a-day"};
    EXPECT_EQ(shown().state, "active");
    EXPECT_EQ(shown().locked_until.count(), 0);
    EXPECT_EQ(shown().lock_reason, "");
    EXPECT_EQ(shown().recovery_locked_until, clock_.wall() + hour);
    clock_.advance(hour);
    EXPECT_EQ(shown().recovery_locked_until.count(), 0) << "it is over";
}

TEST_F(AnAccountLockedByFailures, InRecoveryAtOnePlaceTellsOfThatPlace) {
    view_.recoveries.places.push_back({{}, {}, {in_an_hour(), false, "too-many-failures"}});
    EXPECT_EQ(shown().recovery_locked_until, clock_.wall() + hour);
}

TEST_F(AnAccountLockedByFailures, InRecoveryWithoutEndSaysSo) {
    view_.recoveries.lock = {0, true, "too-many-failures-in-a-row"};
    EXPECT_EQ(shown().state, "active");
    EXPECT_EQ(shown().recovery_locked_until, Milliseconds::max());
}

TEST_F(AnAccountLockedByFailures, AtTheLoginAloneSaysNothingOfRecovery) {
    view_.attempts.lock = {in_an_hour(), false, "too-many-failures-a-day"};
    EXPECT_EQ(shown().state, "locked");
    EXPECT_EQ(shown().locked_until, clock_.wall() + hour);
    EXPECT_EQ(shown().lock_reason, "too-many-failures-a-day");
    EXPECT_EQ(shown().recovery_locked_until.count(), 0);
    view_.attempts.lock = {0, true, "too-many-failures-in-a-row"};
    EXPECT_EQ(shown().state, "disabled");
    EXPECT_EQ(shown().locked_until.count(), 0);
}

} // namespace
} // namespace loquet::api
