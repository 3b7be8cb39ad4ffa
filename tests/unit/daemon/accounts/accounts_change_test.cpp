// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/counters_table.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

#include <atomic>

namespace loquet::accounts {
namespace {

using base::Error;
using model::AccountState;
using model::AuditKind;
using store::CountersTable;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AnAccount : public AnAccountsFixture {
protected:
    void SetUp() override {
        uid_ = create("ana").public_part.uid;
        changes_.clear();
        before_ = records().size();
    }
    /// Kinds of the records since the account was made.
    [[nodiscard]] std::vector<AuditKind> recorded() const {
        std::vector<AuditKind> kinds;
        for (const audit::Entry& entry : records()) {
            kinds.push_back(entry.event.kind);
        }
        kinds.erase(kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(before_));
        return kinds;
    }
    void fail_often() {
        model::AttemptCounters counters;
        counters.account.consecutive = 9;
        counters.account.locked_until = 99;
        counters.account.disabled = true;
        model::Digest place;
        place.bytes[0] = 1;
        counters.set_place(place, counters.account);
        counters.known = attempts().known;
        put(counters);
    }
    void fail_often_in_recovery() {
        model::AttemptCounters counters;
        counters.account.consecutive = 9;
        counters.account.locked_until = 99;
        store_.write_now([&](store::WriteTxn& txn) {
            CountersTable::put_attempts(txn, {identity(), model::Axis::recovery}, CountersTable::Whose::account,
                                        counters);
        });
    }
    [[nodiscard]] model::AttemptCounters recoveries() const { return accounts_.show(uid_).value().recoveries; }
    void know_the_console() {
        model::AttemptCounters counters = attempts();
        model::Digest console;
        console.bytes[0] = 7;
        counters.note_success(console, {}, 1'000'000);
        put(counters);
    }
    void put(const model::AttemptCounters& counters) {
        store_.write_now([&](store::WriteTxn& txn) {
            CountersTable::put_attempts(txn, identity(), CountersTable::Whose::account, counters);
        });
    }
    [[nodiscard]] model::Digest identity() const { return store_.digest(store::DigestKind::name, "ana"); }
    [[nodiscard]] model::AttemptCounters attempts() const { return accounts_.show(uid_).value().attempts; }

    model::Uid uid_;
    std::size_t before_ = 0;
};

TEST_F(AnAccount, IsLockedWithAReasonThatIsToldAndRecorded) {
    done(accounts_.lock(uid_, "badge was stolen", helpdesk));
    EXPECT_EQ(private_part(uid_).state, AccountState::locked);
    EXPECT_EQ(private_part(uid_).state_reason, "badge was stolen");
    EXPECT_THAT(told(), ElementsAre(Change::Kind::locked));
    EXPECT_EQ(changes_.front().reason, "badge was stolen");
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_locked));
    EXPECT_EQ(records().back().event.detail, "locked: badge was stolen");
    EXPECT_EQ(records().back().event.actor, helpdesk.uid);
}

TEST_F(AnAccount, LockedVoidsWhatWasIssuedBefore) {
    const auto generation = private_part(uid_).generation;
    done(accounts_.lock(uid_, "", helpdesk));
    EXPECT_GT(private_part(uid_).generation, generation);
}

TEST_F(AnAccount, LockedTwiceIsLockedOnce) {
    done(accounts_.lock(uid_, "first", helpdesk));
    const auto once = private_part(uid_);
    done(accounts_.lock(uid_, "first", helpdesk));
    done(accounts_.lock(uid_, "", helpdesk));
    EXPECT_EQ(private_part(uid_), once);
    EXPECT_EQ(recorded().size(), 1U);
    EXPECT_EQ(told().size(), 1U);
}

TEST_F(AnAccount, T21_LockedOrDisabledAgainForAnotherReasonHasThatReasonAndNothingElseNew) {
    done(accounts_.lock(uid_, "lost the badge", helpdesk));
    auto expected = private_part(uid_);
    expected.state_reason = "case 4711";
    done(accounts_.lock(uid_, "case 4711", helpdesk));
    EXPECT_EQ(private_part(uid_), expected) << "what was issued before is void already";
    EXPECT_EQ(records().back().event.detail, "another reason: case 4711");
    EXPECT_THAT(told(), ElementsAre(Change::Kind::locked, Change::Kind::changed));
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_locked, AuditKind::account_changed));

    done(accounts_.disable(uid_, "left", helpdesk));
    expected = private_part(uid_);
    expected.state_reason = "left in May";
    done(accounts_.disable(uid_, "left in May", helpdesk));
    EXPECT_EQ(private_part(uid_), expected);
}

TEST_F(AnAccount, T21_LockedAgainForAnotherReasonTellsItsOwnerOnce) {
    std::atomic<int> notices = 0;
    accounts_.notify_owners(
        [&](model::Uid, model::Notice) -> store::Store::Work { return [&](store::WriteTxn&) { ++notices; }; });
    done(accounts_.lock(uid_, "lost the badge", helpdesk));
    done(accounts_.lock(uid_, "case 4711", helpdesk));
    EXPECT_EQ(notices, 1);
}

TEST_F(AnAccount, UnlockedHasNoReasonAndNoCountersLeft) {
    fail_often();
    done(accounts_.lock(uid_, "badge was stolen", helpdesk));
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_EQ(private_part(uid_).state, AccountState::active);
    EXPECT_EQ(private_part(uid_).state_reason, "");
    EXPECT_EQ(attempts(), model::AttemptCounters{});
    EXPECT_THAT(told(), ElementsAre(Change::Kind::locked, Change::Kind::unlocked));
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_locked, AuditKind::account_unlocked));
}

TEST_F(AnAccount, LockedByFailuresAloneIsUnlockedOnce) {
    fail_often();
    EXPECT_EQ(attempts().places.size(), 1U);
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_EQ(attempts(), model::AttemptCounters{});
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_THAT(told(), ElementsAre(Change::Kind::unlocked));
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_unlocked));
}

TEST_F(AnAccount, IsUnlockedAlsoWhereOnlyRecoveryIsLockedByFailures) {
    fail_often_in_recovery();
    EXPECT_EQ(recoveries().account.consecutive, 9U);
    EXPECT_EQ(attempts(), model::AttemptCounters{}) << "nothing of it is told of the login";
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_EQ(recoveries(), model::AttemptCounters{});
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_unlocked));
}

TEST_F(AnAccount, GivenANewPasswordByRootOrResetOrEnabledHasNoFailuresInRecoveryLeft) {
    fail_often_in_recovery();
    done(accounts_.set_password(uid_, {"$y$new", false}, Actor{0}));
    EXPECT_EQ(recoveries(), model::AttemptCounters{});
    fail_often_in_recovery();
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_EQ(recoveries(), model::AttemptCounters{});
    fail_often_in_recovery();
    done(accounts_.enable(uid_, helpdesk));
    EXPECT_EQ(recoveries(), model::AttemptCounters{});
}

/// What is left when failures are forgotten: where the owner is known.
model::AttemptCounters known_at_the_console() {
    model::AttemptCounters counters;
    model::Digest console;
    console.bytes[0] = 7;
    counters.note_success(console, {}, 1'000'000);
    return counters;
}

TEST_F(AnAccount, T13_UnlockedIsStillKnownWhereItsOwnerLogsIn) {
    fail_often();
    know_the_console();
    done(accounts_.unlock(uid_, helpdesk));
    EXPECT_EQ(attempts(), known_at_the_console());
}

TEST_F(AnAccount, GivenANewPasswordIsNoLongerLockedByFailures) {
    fail_often();
    know_the_console();
    done(accounts_.set_password(uid_, {"$y$new", false}, Actor{0}));
    EXPECT_EQ(attempts(), known_at_the_console());
}

TEST_F(AnAccount, ThatIsResetIsNoLongerLockedByFailures) {
    fail_often();
    know_the_console();
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_EQ(attempts(), known_at_the_console());
    fail_often();
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_FALSE(attempts().account.disabled) << "also where the change was due already";
}

TEST_F(AnAccount, LockedByTheHelpdeskStaysLockedWithANewPassword) {
    fail_often();
    done(accounts_.lock(uid_, "badge was stolen", helpdesk));
    done(accounts_.set_password(uid_, {"$y$new", false}, Actor{0}));
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_EQ(private_part(uid_).state, AccountState::locked);
    EXPECT_EQ(private_part(uid_).state_reason, "badge was stolen");
    EXPECT_FALSE(attempts().account.disabled);
}

TEST_F(AnAccount, EnabledForgetsFailuresToo) {
    fail_often();
    done(accounts_.enable(uid_, helpdesk));
    EXPECT_EQ(attempts(), model::AttemptCounters{});
}

TEST_F(AnAccount, IsListedAsLockedOrDisabledByFailures) {
    const auto state_at = [&](std::int64_t now) {
        return accounts_.list({}, 1, std::nullopt, base::Milliseconds(now)).entries.at(0).state;
    };
    model::AttemptCounters counters;
    counters.lock = {1000, false, "too-many-failures-a-day"};
    put(counters);
    EXPECT_EQ(state_at(999), AccountState::locked);
    EXPECT_EQ(accounts_.list({}, 1, AccountState::locked, base::Milliseconds(999)).entries.size(), 1U);
    EXPECT_EQ(state_at(1000), AccountState::active);
    counters.lock = {0, true, "too-many-failures-in-a-row"};
    put(counters);
    EXPECT_EQ(state_at(1000), AccountState::disabled);
    counters.lock = {};
    counters.places.push_back({{}, {}, {5000, false, "too-many-failures"}});
    put(counters);
    EXPECT_EQ(state_at(1000), AccountState::active) << "one place is shut, the account is not";
}

TEST_F(AnAccount, DisabledIsEnabledAgainAndNotUnlocked) {
    done(accounts_.disable(uid_, "left the company", helpdesk));
    EXPECT_EQ(private_part(uid_).state, AccountState::disabled);
    EXPECT_EQ(refusal(accounts_.unlock(uid_, helpdesk)), Error::Kind::conflict);
    EXPECT_EQ(refusal(accounts_.lock(uid_, "", helpdesk)), Error::Kind::conflict);
    done(accounts_.enable(uid_, helpdesk));
    EXPECT_EQ(private_part(uid_).state, AccountState::active);
    EXPECT_THAT(told(), ElementsAre(Change::Kind::changed, Change::Kind::changed));
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::account_changed, AuditKind::account_changed));
}

TEST_F(AnAccount, ThatIsDisabledKeepsItsCounters) {
    fail_often();
    done(accounts_.disable(uid_, "", helpdesk));
    EXPECT_EQ(refusal(accounts_.unlock(uid_, helpdesk)), Error::Kind::conflict);
    EXPECT_NE(attempts(), model::AttemptCounters{}) << "what was refused has no half of an effect";
}

TEST_F(AnAccount, GetsAPasswordThatVoidsWhatWasIssuedBefore) {
    const auto generation = private_part(uid_).generation;
    done(accounts_.set_password(uid_, {"$y$first", true}, helpdesk));
    EXPECT_EQ(credential(uid_).password_hash, "$y$first");
    EXPECT_EQ(credential(uid_).password_changed, clock_.wall());
    EXPECT_TRUE(credential(uid_).must_change);
    EXPECT_THAT(credential(uid_).history, IsEmpty());
    EXPECT_GT(private_part(uid_).generation, generation);
    EXPECT_THAT(told(), ElementsAre(Change::Kind::changed));
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::password_changed));
    EXPECT_TRUE(accounts_.show(uid_).value().has_password);
}

TEST_F(AnAccount, KeepsAsManyFormerPasswordsAsConfigured) {
    for (const char* hash : {"$y$1", "$y$2", "$y$3", "$y$4", "$y$5"}) {
        done(accounts_.set_password(uid_, {hash, false}, helpdesk));
    }
    EXPECT_THAT(credential(uid_).history, ElementsAre("$y$4", "$y$3", "$y$2"));
}

TEST_F(AnAccount, IsAuthorisedAndDeauthorisedOnce) {
    done(accounts_.deauthorise(uid_, "*", helpdesk));
    done(accounts_.authorise(uid_, "sshd", helpdesk));
    done(accounts_.authorise(uid_, "sshd", helpdesk));
    EXPECT_THAT(private_part(uid_).authorisations, ElementsAre("sshd"));
    done(accounts_.deauthorise(uid_, "sshd", helpdesk));
    done(accounts_.deauthorise(uid_, "sshd", helpdesk));
    EXPECT_THAT(private_part(uid_).authorisations, IsEmpty());
    EXPECT_EQ(told().size(), 3U);
    EXPECT_THAT(recorded(),
                ElementsAre(AuditKind::account_changed, AuditKind::account_changed, AuditKind::account_changed));
    EXPECT_EQ(records().back().event.detail, "no longer authorised for sshd");
}

TEST_F(AnAccount, TakesNoEmptyHash) {
    EXPECT_EQ(refusal(accounts_.set_password(uid_, {"", false}, helpdesk)), Error::Kind::invalid);
}

TEST_F(AnAccount, ThatIsResetMustChangeItsPasswordOnce) {
    done(accounts_.set_password(uid_, {"$y$1", false}, helpdesk));
    const auto generation = private_part(uid_).generation;
    done(accounts_.start_reset(uid_, helpdesk));
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_TRUE(credential(uid_).must_change);
    EXPECT_TRUE(credential(uid_).own_before) << "so that nobody is told of a first login";
    EXPECT_EQ(credential(uid_).password_hash, "$y$1") << "nobody chose another one";
    EXPECT_EQ(private_part(uid_).generation, generation + 1);
    EXPECT_THAT(recorded(), ElementsAre(AuditKind::password_changed, AuditKind::reset_started));
}

TEST_F(AnAccount, HadNoPasswordOfItsOwnBeforeTheFirstOneIsChanged) {
    done(accounts_.set_password(uid_, {"$y$first", true}, helpdesk));
    done(accounts_.set_password(uid_, {"$y$second", true}, helpdesk));
    done(accounts_.start_reset(uid_, helpdesk));
    EXPECT_FALSE(credential(uid_).own_before);
    done(accounts_.set_password(uid_, {"$y$own", false}, helpdesk));
    done(accounts_.set_password(uid_, {"$y$third", true}, helpdesk));
    EXPECT_TRUE(credential(uid_).own_before);
}

TEST_F(AnAccount, ThatDoesNotExistIsNotFound) {
    const model::Uid nobody{30007};
    EXPECT_EQ(refusal(accounts_.lock(nobody, "", helpdesk)), Error::Kind::not_found);
    EXPECT_EQ(refusal(accounts_.set_password(nobody, {"$y$1", false}, helpdesk)), Error::Kind::not_found);
    EXPECT_EQ(refusal(accounts_.start_reset(nobody, helpdesk)), Error::Kind::not_found);
    EXPECT_EQ(accounts_.show(nobody), std::nullopt);
    EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(AnAccount, RefusesAReasonThatIsTooLong) {
    done(accounts_.disable(uid_, std::string(limits::reason_bytes, 'r'), helpdesk));
    EXPECT_EQ(refusal(accounts_.disable(uid_, std::string(limits::reason_bytes + 1, 'r'), helpdesk)),
              Error::Kind::invalid);
}

TEST_F(AnAccount, IsPrivilegedWhereTheMachineHasItInAPrivilegedGroup) {
    const std::string name =
        store_.read([&](const store::ReadTxn& txn) { return store::PublicAccounts::get(txn, uid_).value().name; });
    names_.users = {{"paul", helpdesk.uid}};
    names_.members = {{"sudo", {name, "somebody"}}, {"adm", {"somebody"}}};
    const auto found = [&](std::vector<std::string> groups, Actor actor = helpdesk) {
        return done(accounts_.look_up(uid_, actor, std::move(groups)));
    };
    EXPECT_TRUE(found({"adm", "sudo"}).privileged);
    EXPECT_FALSE(found({"adm", "nobody-has-this"}).privileged);
    EXPECT_FALSE(found({}).privileged);
    EXPECT_EQ(found({}).operator_name, "paul");
    EXPECT_EQ(found({}, Actor{uid_.value}).operator_name, name) << "an account of ours";
    EXPECT_EQ(found({}, Actor{4711}).operator_name, "");
    EXPECT_EQ(refusal(accounts_.look_up(model::Uid{30007}, helpdesk, {})), Error::Kind::not_found);
    names_.silent = true;
    EXPECT_EQ(found({}).operator_name, "") << "a name is worth nothing";
    EXPECT_EQ(refusal(accounts_.look_up(uid_, helpdesk, {"sudo"})), Error::Kind::unavailable)
        << "an unknown is not a no";
}

TEST_F(AnAccount, IsToldAndRecordedWithWhatGoesWithAnAct) {
    int together = 0;
    const auto also = [&] { return store::Store::Work([&together](store::WriteTxn&) { ++together; }); };
    done(accounts_.start_reset(uid_, helpdesk, also()));
    EXPECT_EQ(together, 1);
    done(accounts_.start_reset(uid_, helpdesk, also()));
    done(accounts_.unlock(uid_, helpdesk, also()));
    EXPECT_EQ(together, 1) << "what had no effect leaves no record";
}

TEST_F(AnAccount, LeavesAChainOfRecordsThatVerifies) {
    done(accounts_.lock(uid_, "", helpdesk));
    done(accounts_.unlock(uid_, helpdesk));
    const auto verdict = store_.read([](const store::ReadTxn& txn) { return audit::AuditLog::verify(txn); });
    EXPECT_TRUE(verdict.intact) << verdict.problem;
    EXPECT_EQ(verdict.records, before_ + 2);
}

} // namespace
} // namespace loquet::accounts
