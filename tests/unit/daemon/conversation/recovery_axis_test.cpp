// SPDX-License-Identifier: LGPL-2.1-or-later
// Tries in recovery are counted apart from those at the login, by the policy that ships, behind its C contract; and
// what a recovery leaves of the locks and the known places. Each attempt is made durable as the engine makes it.
#include "lib/base/limits.h"
#include "plugin_host/calls.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"
#include "tests/unit/daemon/conversation/refusing_disk.h"

#include <chrono>
#include <cstring>
#include <string>

namespace loquet::conversation {
namespace {

using model::Axis;
using protocol::LockoutEvent;
using protocol::Scope;
using protocol::Verdict;
using std::chrono::hours;
using std::chrono::minutes;
using store::CountersTable;

enum class Outcome : std::uint8_t { refused, wrong, right };

/// The policy of plugins/lockout with its defaults.
class ShippedPolicy {
public:
    ShippedPolicy() {
        const loquet_manifest& manifest = *loquet_lockout_v1.manifest();
        std::vector<loquet_option_value> values;
        for (std::size_t i = 0; i < manifest.option_count; ++i) {
            const loquet_option& option = manifest.options[i];
            loquet_option_value value{sizeof value, option.name, option.type, {}, 0, nullptr, 0};
            value.integer = option.type == LOQUET_OPTION_BOOLEAN
                                ? static_cast<int>(std::strcmp(option.default_value, "true") == 0)
                                : std::stoll(option.default_value);
            values.push_back(value);
        }
        self_ = {loquet_lockout_v1.create(nullptr, values.data(), values.size(), nullptr), loquet_lockout_v1.destroy};
    }
    [[nodiscard]] protocol::Judgement operator()(const protocol::JudgeRequest& request) const {
        return plugin_host::judge(loquet_lockout_v1, self_.get(), request);
    }

private:
    std::shared_ptr<void> self_;
};

class OnTheAxisOfRecovery : public ConversationFixture {
protected:
    OnTheAxisOfRecovery() {
        lockout_.policy = ShippedPolicy();
        restart();
    }

    void restart() {
        service_.reset();
        store_.reset();
        store_ = std::make_unique<store::Store>(store::Settings{.folder = folder_ / "store"}, store::test_key(), loop_);
        service_ = std::make_unique<LockoutService>(not_owned(lockout_), *store_, steady_, clock_, loop_);
    }

    [[nodiscard]] AttemptKey key(Axis axis, const std::string& place, const std::string& name = "anna") const {
        AttemptKey attempt;
        attempt.identity = store_->digest(store::DigestKind::name, name);
        attempt.unknown = name != "anna";
        attempt.place = store_->digest(store::DigestKind::place, place);
        attempt.axis = axis;
        return attempt;
    }

    void save(const LockoutService::CounterLease& lease) {
        LockoutService::Changes changes = service_->changes(lease, LockoutService::Extent::changed);
        store_->write_now(std::move(changes.work));
        changes.durable();
    }

    Outcome attempt(const AttemptKey& whose, bool right) {
        const LockoutService::CounterLease lease(*service_, whose);
        const Ruling met = done(service_->judge(lease, LockoutEvent::before, {}));
        clock_.advance(met.hold);
        last_wait_ = met.hold;
        const LockoutEvent event = met.shut() ? LockoutEvent::refused
                                   : right    ? LockoutEvent::succeeded
                                              : LockoutEvent::failed;
        (void)done(service_->judge(lease, event, {}));
        save(lease);
        return met.shut() ? Outcome::refused : right ? Outcome::right : Outcome::wrong;
    }
    Outcome attempt(Axis axis, const std::string& place, bool right) { return attempt(key(axis, place), right); }
    /// How many of so many wrong answers were evaluated.
    int fail(Axis axis, const std::string& place, int times) {
        int evaluated = 0;
        for (int n = 0; n < times; ++n) {
            evaluated += attempt(axis, place, false) == Outcome::wrong ? 1 : 0;
        }
        return evaluated;
    }
    int fail_at_places(Axis axis, int places) {
        int evaluated = 0;
        for (int place = 0; place < places; ++place) {
            evaluated += fail(axis, "place" + std::to_string(place), 1);
        }
        return evaluated;
    }
    /// What an attempt would meet.
    Ruling meets(Axis axis, const std::string& place) {
        const LockoutService::CounterLease lease(*service_, key(axis, place));
        return done(service_->judge(lease, LockoutEvent::before, {}));
    }
    void lift(const std::string& place, Axis axis_of_lease = Axis::recovery) {
        const LockoutService::CounterLease lease(*service_, key(axis_of_lease, place));
        done(service_->lift(lease));
        save(lease);
    }

    bool unlock(const std::string& place) {
        const LockoutService::CounterLease lease(*service_, key(Axis::recovery, place));
        const bool lifted = done(service_->lift_passing(lease));
        save(lease);
        return lifted;
    }

    [[nodiscard]] model::AttemptCounters kept(Axis axis, const std::string& name = "anna") const {
        return store_->read([&](const store::ReadTxn& txn) {
            return CountersTable::attempts(txn, {txn.digest(store::DigestKind::name, name), axis});
        });
    }
    [[nodiscard]] std::int64_t now() { return steady_.now(clock_).count(); }
    [[nodiscard]] bool is_known(const std::string& place) const {
        return kept(Axis::login).known_place(store_->digest(store::DigestKind::place, place)) != nullptr;
    }

    std::unique_ptr<LockoutService> service_;
    base::Milliseconds last_wait_{0};
};

TEST_F(OnTheAxisOfRecovery, T13_FiveWrongAnswersLeaveTheLoginOpen) {
    EXPECT_EQ(fail(Axis::recovery, "desk", 6), 5);
    EXPECT_EQ(meets(Axis::recovery, "desk").reason, "too-many-failures");
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
    EXPECT_EQ(last_wait_.count(), 0) << "not even a wait";
}

TEST_F(OnTheAxisOfRecovery, T13_BONUS18_FiveWrongPasswordsLeaveTheRecoveryOpen) {
    EXPECT_EQ(fail(Axis::login, "desk", 6), 5);
    EXPECT_EQ(meets(Axis::login, "desk").reason, "too-many-failures");
    EXPECT_EQ(attempt(Axis::recovery, "desk", true), Outcome::right);
    EXPECT_EQ(last_wait_.count(), 0) << "not even a wait";
    EXPECT_EQ(meets(Axis::login, "desk").reason, "too-many-failures") << "which ends no lock of the login by itself";
}

TEST_F(OnTheAxisOfRecovery, T13_ADayOfFailuresLeavesTheOtherAxisOpen) {
    EXPECT_EQ(fail_at_places(Axis::recovery, 30), 25);
    EXPECT_EQ(meets(Axis::recovery, "new").reason, "too-many-failures-a-day");
    EXPECT_EQ(attempt(Axis::login, "new", true), Outcome::right);
    EXPECT_EQ(fail_at_places(Axis::login, 30), 25);
    EXPECT_EQ(meets(Axis::login, "newer").reason, "too-many-failures-a-day");
    clock_.advance(hours(25));
    EXPECT_EQ(attempt(Axis::recovery, "newer", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, T27_FailuresAreRememberedOverARestart) {
    EXPECT_EQ(fail(Axis::recovery, "desk", 3), 3);
    restart();
    EXPECT_EQ(fail(Axis::recovery, "desk", 3), 2);
    restart();
    EXPECT_TRUE(meets(Axis::recovery, "desk").shut());
    EXPECT_FALSE(meets(Axis::login, "desk").shut());
}

TEST_F(OnTheAxisOfRecovery, T13_FailuresElsewhereDoNotShutAPlaceWhereTheOwnerLoggedIn) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    for (const int places : {17, 25, 100}) {
        fail_at_places(Axis::recovery, places);
        fail_at_places(Axis::login, places);
        restart();
        EXPECT_EQ(attempt(Axis::recovery, "console", true), Outcome::right) << places;
        EXPECT_EQ(attempt(Axis::login, "console", true), Outcome::right) << places;
    }
    EXPECT_EQ(meets(Axis::recovery, "a new place").reason, "too-many-failures-a-day") << "the attack does lock others";
    EXPECT_EQ(meets(Axis::login, "a new place").reason, "too-many-failures-a-day");
}

TEST_F(OnTheAxisOfRecovery, AKnownPlaceHasTriesOfItsOwnOnEach) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    EXPECT_EQ(fail(Axis::recovery, "console", 6), 5);
    EXPECT_TRUE(meets(Axis::recovery, "console").shut());
    EXPECT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    EXPECT_TRUE(meets(Axis::recovery, "console").shut()) << "which ends no lock of the recovery";
    clock_.advance(minutes(20));
    EXPECT_EQ(attempt(Axis::recovery, "console", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, T13_ASuccessMakesNoPlaceKnownOnEitherAxis) {
    ASSERT_EQ(attempt(Axis::recovery, "kiosk", true), Outcome::right);
    restart();
    fail_at_places(Axis::recovery, 25);
    fail_at_places(Axis::login, 25);
    EXPECT_TRUE(meets(Axis::recovery, "kiosk").shut());
    EXPECT_TRUE(meets(Axis::login, "kiosk").shut());
    EXPECT_FALSE(is_known("kiosk"));
}

TEST_F(OnTheAxisOfRecovery, ASuccessKeepsAPlaceKnownForNoLonger) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    clock_.advance(hours(24 * 29));
    ASSERT_EQ(attempt(Axis::recovery, "console", true), Outcome::right);
    clock_.advance(hours(24 * 2));
    fail_at_places(Axis::recovery, 25);
    fail_at_places(Axis::login, 25);
    EXPECT_TRUE(meets(Axis::recovery, "console").shut());
    EXPECT_TRUE(meets(Axis::login, "console").shut());
}

TEST_F(OnTheAxisOfRecovery, CountersOfKnownPlacesAreNoMoreThanThePlacesThatAreKnown) {
    for (std::size_t place = 0; place < 2 * limits::known_places; ++place) {
        const std::string name = "console" + std::to_string(place);
        ASSERT_EQ(attempt(Axis::login, name, true), Outcome::right);
        EXPECT_EQ(fail(Axis::recovery, name, 1), 1);
        ASSERT_EQ(attempt(Axis::recovery, name, true), Outcome::right);
        EXPECT_LE(kept(Axis::recovery).known.size(), limits::known_places);
        clock_.advance(minutes(1));
    }
    EXPECT_EQ(kept(Axis::recovery).known.size(), limits::known_places);
}

TEST_F(OnTheAxisOfRecovery, T15_T16_ANameThatNobodyHasIsLockedAndMadeToWaitAlike) {
    const auto life_of = [&](const std::string& name) {
        std::vector<std::pair<Outcome, base::Milliseconds>> seen;
        for (int n = 0; n < 40; ++n) {
            const std::string place = "at " + name + std::to_string(n % 8 == 0 ? n : 0);
            const Outcome outcome = attempt(key(Axis::recovery, place, name), false);
            seen.emplace_back(outcome, last_wait_);
            clock_.advance(minutes(n % 5));
        }
        return seen;
    };
    const auto of_anna = life_of("anna");
    EXPECT_EQ(life_of("nobody"), of_anna);
    EXPECT_EQ(of_anna.front().first, Outcome::wrong);
    EXPECT_EQ(of_anna.back().first, Outcome::refused) << "it comes to the lock of the day";
    EXPECT_GT(kept(Axis::recovery, "nobody").account.consecutive, 0U);
    EXPECT_EQ(kept(Axis::login, "nobody"), model::AttemptCounters{});
    EXPECT_EQ(store_->read([](const store::ReadTxn& txn) { return txn.count(store::Table::attempts); }), 1U)
        << "anna's alone: the names that nobody has are kept elsewhere, in bounded room";
}

TEST_F(OnTheAxisOfRecovery, ThePolicyIsToldTheAxisAlsoWhereItIsAskedAhead) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        lockout_.requests.clear();
        const LockoutService::CounterLease lease(*service_, key(axis, "desk"));
        auto prefetched = service_->prefetch(lease, {LockoutEvent::succeeded, LockoutEvent::failed});
        (void)done(service_->judge(lease, LockoutEvent::failed, std::move(prefetched)));
        EXPECT_EQ(lockout_.heard(LockoutEvent::failed), 1U) << "what was asked ahead counts";
        for (const auto& request : lockout_.requests) {
            EXPECT_EQ(request.axis, axis);
        }
        save(lease);
    }
}

TEST_F(OnTheAxisOfRecovery, ThePlaceAndTheSiteAreCountedApartToo) {
    EXPECT_EQ(fail(Axis::recovery, "desk", 2), 2);
    EXPECT_EQ(fail(Axis::login, "desk", 1), 1);
    restart();
    store_->read([&](const store::ReadTxn& txn) {
        const auto place = txn.digest(store::DigestKind::place, "desk");
        EXPECT_EQ(CountersTable::place(txn, {place, Axis::recovery}).consecutive, 2U);
        EXPECT_EQ(CountersTable::place(txn, {place, Axis::login}).consecutive, 1U);
        EXPECT_EQ(CountersTable::site(txn, Axis::recovery).consecutive, 2U);
        EXPECT_EQ(CountersTable::site(txn, Axis::login).consecutive, 1U);
        return 0;
    });
}

TEST_F(OnTheAxisOfRecovery, ANewPasswordByRootForgetsTheFailuresOfBothOrOfNeither) {
    EXPECT_EQ(fail(Axis::recovery, "desk", 5), 5);
    EXPECT_EQ(fail(Axis::login, "desk", 5), 5);
    {
        const LockoutService::CounterLease lease(*service_, key(Axis::login, "desk"));
        const auto before = service_->snapshot(lease);
        service_->forget_failures(lease);
        service_->put_back(lease, before); // it could not be written
        save(lease);
        EXPECT_EQ(kept(Axis::login), before.login);
        EXPECT_EQ(kept(Axis::recovery), before.recovery);
        service_->forget_failures(lease);
        save(lease);
    }
    restart();
    EXPECT_FALSE(meets(Axis::recovery, "desk").shut());
    EXPECT_FALSE(meets(Axis::login, "desk").shut());
}

TEST_F(OnTheAxisOfRecovery, CountersThatCouldNotBeSavedAreSavedUnderTheirOwnKey) {
    {
        const LockoutService::CounterLease lease(*service_, key(Axis::recovery, "desk"));
        (void)done(service_->judge(lease, LockoutEvent::failed, {}));
        EXPECT_FALSE(service_->unsaved().has_value()) << "they are in use";
    }
    auto changes = service_->unsaved();
    ASSERT_TRUE(changes.has_value());
    store_->write_now(std::move(changes->work));
    changes->durable();
    EXPECT_FALSE(service_->unsaved().has_value());
    EXPECT_EQ(kept(Axis::recovery).account.consecutive, 1U);
    EXPECT_EQ(kept(Axis::login), model::AttemptCounters{});
}

TEST_F(OnTheAxisOfRecovery, CountersThatCouldNotBeSavedDoNotComeBackOverAnUnlock) {
    {
        const LockoutService::CounterLease lease(*service_, key(Axis::recovery, "desk"));
        (void)done(service_->judge(lease, LockoutEvent::failed, {}));
    }
    const model::Digest identity = key(Axis::recovery, "desk").identity;
    {
        const LockoutService::CounterFreeze freeze(*service_, identity);
        EXPECT_TRUE(service_->unsaved().has_value()) << "the place's";
        store_->write_now([&](store::WriteTxn& txn) { CountersTable::erase_attempts(txn, identity); });
        service_->reload(identity);
    }
    if (auto changes = service_->unsaved()) {
        store_->write_now(std::move(changes->work));
    }
    EXPECT_EQ(kept(Axis::recovery), model::AttemptCounters{});
}

// What a recovery leaves.

TEST_F(OnTheAxisOfRecovery, BONUS18_LiftedAfterFiveWrongPasswordsTheOwnerLogsIn) {
    EXPECT_EQ(fail(Axis::login, "desk", 6), 5);
    lift("desk");
    EXPECT_FALSE(kept(Axis::login).place_lock_at(now()).stands(now())) << "nor does the helpdesk see a lock";
    restart();
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, BONUS18_LiftedAfterADayOfWrongPasswordsTheOwnerLogsIn) {
    EXPECT_EQ(fail_at_places(Axis::login, 30), 25);
    EXPECT_TRUE(kept(Axis::login).lock_at(now()).stands(now()));
    lift("desk");
    EXPECT_FALSE(kept(Axis::login).lock_at(now()).stands(now()));
    restart();
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
    EXPECT_EQ(fail_at_places(Axis::login, 30), 25) << "and who guesses has a day's tries and no more";
    EXPECT_EQ(meets(Axis::login, "another").reason, "too-many-failures-a-day");
}

TEST_F(OnTheAxisOfRecovery, BONUS18_LiftedAfterAHundredWrongPasswordsInARowTheOwnerLogsIn) {
    int evaluated = 0;
    for (int day = 0; day < 6; ++day) {
        evaluated += fail_at_places(Axis::login, 30);
        clock_.advance(hours(25));
    }
    EXPECT_EQ(evaluated, 100);
    ASSERT_EQ(meets(Axis::login, "desk").verdict, Verdict::disabled);
    lift("desk");
    EXPECT_FALSE(kept(Axis::login).lock_at(now()).stands(now()));
    restart();
    EXPECT_EQ(fail(Axis::login, "desk", 1), 1);
    EXPECT_FALSE(meets(Axis::login, "desk").shut()) << "one mistake more does not disable it again";
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, LiftedEndsTheLocksOfTheLoginAloneWhicheverAxisTheLeaseIsOf) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        EXPECT_EQ(fail(Axis::login, "desk", 5), 5);
        EXPECT_GT(fail(Axis::recovery, "desk", 5), 0);
        const model::AttemptCounters before = kept(Axis::recovery);
        lift("desk", axis);
        EXPECT_FALSE(meets(Axis::login, "desk").shut());
        EXPECT_EQ(kept(Axis::recovery), before);
        clock_.advance(hours(25));
    }
}

TEST_F(OnTheAxisOfRecovery, LiftedEndsTheLockOfAKnownPlace) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    EXPECT_EQ(fail(Axis::login, "console", 6), 5);
    lift("console");
    EXPECT_EQ(attempt(Axis::login, "console", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, BONUS18_UnlockedByTheOwnerTheDaysLockEndsAndTheRowGoesOn) {
    EXPECT_EQ(fail_at_places(Axis::login, 30), 25);
    EXPECT_TRUE(unlock("desk"));
    EXPECT_EQ(kept(Axis::login).account.consecutive, 25U);
    EXPECT_EQ(kept(Axis::login).account.pardoned_in_a_row, 0U);
    restart();
    EXPECT_FALSE(meets(Axis::login, "desk").shut());
    EXPECT_FALSE(unlock("desk")) << "nothing is locked any more";
    int evaluated = 25;
    for (int day = 0; day < 6; ++day) {
        evaluated += fail_at_places(Axis::login, 30);
        (void)unlock("desk");
        clock_.advance(hours(25));
    }
    EXPECT_EQ(evaluated, 100) << "who guesses meets the last lock after as many tries as without an unlock";
    EXPECT_EQ(meets(Axis::login, "desk").verdict, Verdict::disabled);
    EXPECT_FALSE(unlock("desk")) << "which only somebody else ends";
    EXPECT_EQ(meets(Axis::login, "desk").verdict, Verdict::disabled);
}

TEST_F(OnTheAxisOfRecovery, UnlockedByTheOwnerALockOfTheirOwnPlaceEnds) {
    EXPECT_EQ(fail(Axis::login, "desk", 6), 5);
    EXPECT_FALSE(unlock("elsewhere")) << "there nothing is locked";
    EXPECT_TRUE(unlock("desk"));
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
    EXPECT_EQ(fail(Axis::login, "desk", 6), 5) << "a known place now";
    EXPECT_TRUE(unlock("desk"));
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, T24_LiftedByAPolicyThatDoesNotKnowTheEventEndsTheLocksAllTheSame) {
    const ShippedPolicy shipped;
    lockout_.policy = [&](const protocol::JudgeRequest& request) {
        if (request.event == LockoutEvent::lifted) {
            throw Error(Error::Kind::unavailable, "an event that this policy does not know");
        }
        return shipped(request);
    };
    EXPECT_EQ(fail_at_places(Axis::login, 25), 25);
    EXPECT_EQ(fail(Axis::login, "desk", 1), 0);
    std::string alarm;
    service_->when_fallback_changes = [&](bool, const std::string& why) { alarm = why; };
    lift("desk");
    EXPECT_EQ(alarm, "") << "it answers everything else";
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, T24_LiftedWhileThePolicyIsDeadEndsTheLocksAllTheSame) {
    EXPECT_EQ(fail_at_places(Axis::login, 25), 25);
    lockout_.dead = true;
    lift("desk");
    EXPECT_FALSE(kept(Axis::login).lock_at(now()).stands(now()));
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
    lockout_.dead = false;
    EXPECT_EQ(attempt(Axis::login, "desk", true), Outcome::right);
}

TEST_F(OnTheAxisOfRecovery, LiftedIsJudgedByTheCountersOfTheNameAlone) {
    lift("desk");
    ASSERT_EQ(lockout_.heard(LockoutEvent::lifted), 1U);
    const auto& counters = lockout_.requests.front().counters;
    EXPECT_TRUE(counters[Scope::account].has_value() && counters[Scope::account_place].has_value());
    EXPECT_FALSE(counters[Scope::place].has_value() || counters[Scope::site].has_value());
}

TEST_F(OnTheAxisOfRecovery, T13_ForgottenKnownPlacesStayForgottenOverARestart) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    EXPECT_EQ(fail(Axis::recovery, "console", 1), 1);
    {
        const LockoutService::CounterLease lease(*service_, key(Axis::recovery, "desk"));
        service_->forget_known_places(lease);
        save(lease);
    }
    EXPECT_FALSE(is_known("console"));
    restart();
    EXPECT_FALSE(is_known("console"));
    EXPECT_TRUE(kept(Axis::recovery).known.empty());
    fail_at_places(Axis::login, 25);
    EXPECT_TRUE(meets(Axis::login, "console").shut());
    clock_.advance(hours(25));
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    EXPECT_TRUE(is_known("console")) << "until its owner logs in there again";
}

// A login that shows no place of the owner's own: behind somebody else's su, or right after a recovery.

TEST_F(OnTheAxisOfRecovery, T13_ALoginThatMakesNothingKnownLeavesThePlaceUnknownOverARestart) {
    AttemptKey elsewhere = key(Axis::login, "kiosk");
    elsewhere.makes_known = false;
    EXPECT_EQ(attempt(elsewhere, true), Outcome::right);
    EXPECT_FALSE(is_known("kiosk"));
    restart();
    EXPECT_FALSE(is_known("kiosk"));
    fail_at_places(Axis::login, 25);
    EXPECT_TRUE(meets(Axis::login, "kiosk").shut());
}

TEST_F(OnTheAxisOfRecovery, T13_ALoginThatMakesNothingKnownKeepsAPlaceKnownForNoLonger) {
    ASSERT_EQ(attempt(Axis::login, "console", true), Outcome::right);
    clock_.advance(hours(24 * 29));
    AttemptKey again = key(Axis::login, "console");
    again.makes_known = false;
    EXPECT_EQ(attempt(again, true), Outcome::right);
    clock_.advance(hours(24 * 2));
    fail_at_places(Axis::login, 25);
    EXPECT_TRUE(meets(Axis::login, "console").shut());
}

} // namespace
} // namespace loquet::conversation
