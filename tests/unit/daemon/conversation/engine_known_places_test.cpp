// SPDX-License-Identifier: LGPL-2.1-or-later
// Where an account's owner succeeded stays open to them, whatever others count elsewhere; and a new password that an
// administrator gives ends what failures locked.
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <chrono>

namespace loquet::conversation {
namespace {

using protocol::LockoutEvent;
using protocol::Verdict;

class AnOwner : public ConversationFixture {
protected:
    static Client at(const std::string& place) { return root(":1.1", place); }
    /// Somebody who opens a new terminal for each su.
    static Client su(std::uint32_t person, int terminal) {
        Client client = root(":1.1", "");
        client.service = "su";
        client.tty = "pts/" + std::to_string(terminal);
        client.real_uid = person;
        return client;
    }
    void fail_from(int places) {
        for (int place = 0; place < places; ++place) {
            (void)log_in("anna", canary::wrong_password, at("place" + std::to_string(place)));
        }
    }
    /// Root's passwd, or loquetctl passwd.
    Turn give_new_password(const std::string& name) {
        const Begun begun = begin(name, root(), "change-password");
        return answer(*begun.dialog, {canary::next_password, canary::next_password});
    }
    void disable_by_failures(const std::string& name) {
        store_->write_now([&](store::WriteTxn& txn) {
            const auto identity = txn.digest(store::DigestKind::name, name);
            model::AttemptCounters counters = store::CountersTable::attempts(txn, identity);
            counters.account.disabled = true;
            counters.account.consecutive = 100;
            counters.lock = {0, true, "too-many-failures-in-a-row"};
            store::CountersTable::put_attempts(txn, identity, store::CountersTable::Whose::account, counters);
        });
    }
    [[nodiscard]] std::int64_t now() { return steady_.now(clock_).count(); }
};

TEST_F(AnOwner, T13_IsNotKeptOutOfAKnownPlaceByFailuresAtAThousandOthers) {
    ASSERT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    for (const int places : {17, 25, 1000}) {
        fail_from(places);
        EXPECT_TRUE(counters("anna").lock_at(now()).stands(now())) << "the attack does lock other places";
        EXPECT_TRUE(refusal(log_in("anna", canary::password, at("a new place"))).has_value());
        EXPECT_TRUE(is_granted(log_in("anna", canary::password, at("console")))) << places;
    }
}

TEST_F(AnOwner, T13_IsNotKeptOutOfAKnownPlaceWhenTheAccountIsDisabledByFailures) {
    ASSERT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    disable_by_failures("anna");
    EXPECT_TRUE(refusal(log_in("anna", canary::password, at("a new place"))).has_value());
    EXPECT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    EXPECT_FALSE(counters("anna").account.disabled) << "the row of failures is over";
    EXPECT_FALSE(counters("anna").lock_at(now()).endless);
}

TEST_F(AnOwner, IsKeptOutOfAKnownPlaceByFailuresThere) {
    ASSERT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    for (int n = 0; n < 3; ++n) {
        (void)log_in("anna", canary::wrong_password, at("console"));
    }
    EXPECT_TRUE(refusal(log_in("anna", canary::password, at("console"))).has_value());
}

TEST_F(AnOwner, T13_MeetsSuBySomebodyElseAtOnePlaceHoweverManyTerminalsAreOpened) {
    for (int terminal = 0; terminal < 1000; ++terminal) {
        (void)log_in("anna", canary::wrong_password, su(1000, terminal));
    }
    EXPECT_EQ(counters("anna").places.size(), 1U);
    EXPECT_EQ(records().back().place, "user:1000");
    EXPECT_EQ(records().back().actor, 1000U) << "the audit names the person, not root";
}

TEST_F(AnOwner, BecomesKnownWhereTheySucceedAndNowhereElse) {
    (void)log_in("anna", canary::wrong_password, at("elsewhere"));
    EXPECT_TRUE(counters("anna").known.empty());
    ASSERT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    EXPECT_EQ(counters("anna").known.size(), 1U);
    (void)log_in("anna", canary::wrong_password, at("console"));
    EXPECT_EQ(lockout_.requests.back().event, LockoutEvent::before);
    EXPECT_EQ(lockout_.requests.back().counters[protocol::Scope::known_place], std::nullopt) << "for the helpdesk";
    EXPECT_EQ(counters("anna").known.front().counter.consecutive, 1U);
    EXPECT_EQ(counters("anna").known.front().days, 1U);
}

TEST_F(AnOwner, IsToldOfADayLockAndItsReasonInThePolicysWords) {
    lockout_.policy = [](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement = judge_strictly(request);
        if (request.counters[protocol::Scope::account]->consecutive + (request.event == LockoutEvent::failed ? 1 : 0)
            >= 2) {
            judgement.verdict = Verdict::locked;
            judgement.until = request.now + std::chrono::hours(24);
            judgement.reason = "token-bucket";
        }
        return judgement;
    };
    std::string told;
    engine().on_locked = [&](model::Uid, base::Milliseconds, const std::string& reason) { told = reason; };
    fail_from(2);
    EXPECT_EQ(told, "token-bucket");
    EXPECT_EQ(counters("anna").lock_at(now()).reason, "token-bucket");
    EXPECT_EQ(counters("anna").lock_at(now()).until, now() + 24 * 3'600'000);
}

TEST_F(AnOwner, GetsInWithTheNewPasswordThatRootGaveWhateverFailedBefore) {
    ASSERT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    fail_from(3);
    disable_by_failures("anna");
    ASSERT_TRUE(is_done(give_new_password("anna")));
    EXPECT_TRUE(counters("anna").places.empty());
    EXPECT_FALSE(counters("anna").lock_at(now()).stands(now()));
    EXPECT_EQ(counters("anna").known.size(), 1U);
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password, at("place0"))));
}

TEST_F(AnOwner, HasAllTriesAgainAfterRootGaveANewPassword) {
    fail_from(2);
    ASSERT_TRUE(is_done(give_new_password("anna")));
    (void)log_in("anna", canary::wrong_password, at("place0"));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password, at("place0"))));
}

TEST_F(AnOwner, LockedByTheHelpdeskStaysSoWithANewPasswordAndRootIsTold) {
    set(anna, [](model::PrivateAccount& private_part) { private_part.state = model::AccountState::locked; });
    const Turn turn = give_new_password("anna");
    ASSERT_TRUE(is_done(turn));
    ASSERT_FALSE(texts_of(turn).empty());
    EXPECT_NE(texts_of(turn).back().find("stays locked"), std::string::npos);
    EXPECT_EQ(private_part(anna).state, model::AccountState::locked);
}

TEST_F(AnOwner, WhoChangesTheirOwnPasswordClearsWhatASuccessClears) {
    fail_from(2);
    Client passwd = root(":1.1", "");
    passwd.real_uid = anna.value;
    const Begun begun = begin("anna", passwd, "change-password");
    ASSERT_EQ(asked(begun.turn), std::vector<std::string>{"password"});
    const Turn proved = answer(*begun.dialog, {canary::password});
    ASSERT_FALSE(refusal(proved).has_value());
    ASSERT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password})));
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_EQ(counters("anna").places.size(), 3U) << "the places of others are not forgiven";
}

TEST_F(AnOwner, T15_KnownOrNotMakesNoDifferenceToTheWaitOfARefusal) {
    // Behind a lock the policy's hold is waited for as a delay is where the attempt is evaluated.
    lockout_.policy = [](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement = judge_strictly(request);
        judgement.verdict = Verdict::locked;
        judgement.until = request.now + std::chrono::hours(1);
        judgement.hold = request.now + base::Milliseconds(50);
        return judgement;
    };
    const auto asked_at = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal(log_in("anna", canary::password)), Reason::refused);
    EXPECT_GE(std::chrono::steady_clock::now() - asked_at, base::Milliseconds(50));
    EXPECT_EQ(lockout_.heard(LockoutEvent::refused), 1U);
}

TEST_F(AnOwner, T13_IsNotKeptWaitingByTheWaitsOfOthers) {
    lockout_.policy = [](const protocol::JudgeRequest& request) {
        protocol::Judgement judgement = judge_strictly(request);
        if (request.event == LockoutEvent::before && !request.counters[protocol::Scope::known_place]) {
            judgement.verdict = Verdict::delay;
            judgement.until = request.now + base::Milliseconds(limits::longest_held_answer) / 4;
        }
        return judgement;
    };
    store_->write_now([](store::WriteTxn& txn) {
        model::AttemptCounters counters;
        counters.note_success(txn.digest(store::DigestKind::place, "seat:console"), {}, 1795420800000);
        store::CountersTable::put_attempts(txn, txn.digest(store::DigestKind::name, "anna"),
                                           store::CountersTable::Whose::account, counters);
    });
    const auto waits = start(engine().begin("login", "anna", at("elsewhere"), answers({canary::wrong_password})));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password, at("console"))));
    EXPECT_EQ(records().size(), 1U) << "who waits elsewhere is not judged yet";
    EXPECT_EQ(refusal(end_of(waits).turn), Reason::refused);
}

} // namespace
} // namespace loquet::conversation
