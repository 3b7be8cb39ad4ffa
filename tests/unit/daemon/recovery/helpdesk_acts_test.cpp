// SPDX-License-Identifier: LGPL-2.1-or-later
// Who at the helpdesk may do what: with a verified caller, with a second person, or not at all.
#include "daemon/recovery/helpdesk_acts.h"
#include "daemon/recovery/helpdesk_reset.h"
#include "daemon/store/acts_table.h"
#include "lib/base/limits.h"
#include "tests/support/loop_runner.h"
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

namespace loquet::recovery {
namespace {

using base::Error;
using base::Secret;
using model::Act;
using model::ActKind;
using model::ActState;
using model::Medium;
using model::TicketType;
using model::Uid;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

constexpr Uid camille{1};
const HelpdeskActs::Operator paul{1001, "paul"};
const HelpdeskActs::Operator rita{1002, "rita"};
const HelpdeskActs::Operator root{0, "root"};

class AnOperator : public TicketsFixture {
protected:
    [[nodiscard]] HelpdeskActs acts() { return {*tickets_, *store_, *outbox_, steady_, clock_}; }
    static HelpdeskActs::Wanted wanted(ActKind kind, const HelpdeskActs::Operator& actor = paul,
                                       const std::string& detail = {}) {
        HelpdeskActs::Wanted wanted;
        wanted.account = camille;
        wanted.kind = kind;
        wanted.actor = actor;
        wanted.detail = detail;
        return wanted;
    }
    /// What the task says where it fails; empty where it does not.
    template <class T>
    std::string refusal(base::Task<T> task, std::optional<store::Kind> kind = std::nullopt) {
        std::string text;
        const auto thrown = store::kind_thrown_by([&] {
            try {
                (void)tests::wait_for(loop_, std::move(task));
            } catch (const Error& error) {
                text = error.what();
                throw;
            }
        });
        if (kind) {
            EXPECT_EQ(thrown, kind) << text;
        }
        return text;
    }
    /// The permission, with the act done.
    std::string does(const HelpdeskActs::Wanted& what) {
        HelpdeskActs now = acts();
        std::string text = refusal(recorded(now, what));
        restart();
        return text;
    }
    base::Task<void> recorded(HelpdeskActs& now, HelpdeskActs::Wanted what) {
        auto permitting = now.permit(std::move(what));
        HelpdeskActs::Grant grant = co_await permitting;
        at_once_ = grant.at_once;
        auto writing = store_->write(std::move(grant.done));
        co_await writing;
    }
    std::string sends(Medium medium = Medium::mail, const HelpdeskActs::Operator& actor = paul) {
        HelpdeskActs now = acts();
        std::string text = refusal(now.send_code(camille, medium, actor));
        restart();
        return text;
    }
    std::string reads(const std::string& code, const HelpdeskActs::Operator& actor = paul) {
        HelpdeskActs now = acts();
        std::string text = refusal(now.confirm_caller(camille, actor, Secret(code)));
        restart();
        return text;
    }
    std::string approves(std::uint64_t number, const HelpdeskActs::Operator& actor = rita) {
        HelpdeskActs now = acts();
        std::string text = refusal(now.approve(camille, number, actor));
        restart();
        return text;
    }
    std::string code_of_caller(Medium medium = Medium::mail, const HelpdeskActs::Operator& actor = paul) {
        const std::uint64_t before = newest_message();
        EXPECT_EQ(sends(medium, actor), "");
        const auto codes = codes_behind(before);
        return codes.empty() ? "" : codes.front();
    }
    [[nodiscard]] std::vector<Act> kept() const {
        return read([](const store::ReadTxn& txn) { return store::ActsTable::of(txn, camille); });
    }
    [[nodiscard]] std::uint64_t request() const {
        for (const Act& act : kept()) {
            if (act.state == ActState::requested) {
                return act.number;
            }
        }
        return 0;
    }
    bool at_once_ = false; ///< of the last grant
    static std::string wrong(const std::string& code) { return code == "0000 0000" ? "0000 0001" : "0000 0000"; }
};

TEST_F(AnOperator, T26_OpensNothingForACallerWhoIsNotVerified) {
    for (const ActKind kind : {ActKind::code_read_out, ActKind::factor_removed, ActKind::addresses_confirmed}) {
        EXPECT_THAT(does(wanted(kind)),
                    AllOf(HasSubstr("account verify"), HasSubstr("--by mail|sms"), HasSubstr("account approve")))
            << to_text(kind);
    }
    for (const ActKind kind : {ActKind::reset, ActKind::reset_by_mail, ActKind::reset_by_sms, ActKind::unlocked}) {
        EXPECT_EQ(does(wanted(kind)), "") << to_text(kind);
    }
    auto easy = wanted(ActKind::code_read_out, rita);
    easy.accepts_unverified = true;
    EXPECT_EQ(does(easy), "") << "the configuration asks for no verification";
    EXPECT_EQ(does(wanted(ActKind::code_read_out, root)), "");
}

TEST_F(AnOperator, T26_RemovesNoFactorForAThiefOfTheMailboxWhoThenRecoversThePassword) {
    EXPECT_EQ(reads(code_of_caller()), "") << "the thief reads it in the mailbox";
    EXPECT_EQ(does(wanted(ActKind::factor_removed)), "");
    for (const Medium medium : {Medium::mail, Medium::sms}) {
        EXPECT_THAT(issue(by_owner(medium)).sent, IsEmpty());
    }
    EXPECT_THAT(does(wanted(ActKind::addresses_confirmed)), HasSubstr("takes two people")) << "which ends a hold";
    EXPECT_THAT(does(wanted(ActKind::code_read_out)), HasSubstr("takes two people"));
    wait(remembered_for);
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, SizeIs(1));
}

TEST_F(AnOperator, T26_HoldsNoAddressWhereTwoPeopleOrRootRemoveTheFactor) {
    EXPECT_EQ(does(wanted(ActKind::factor_removed, root)), "");
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, SizeIs(1));
}

TEST_F(AnOperator, VerifiesACallerByTheCodeThatTheCallerReads) {
    const std::string code = code_of_caller();
    EXPECT_EQ(reads(code), "");
    EXPECT_EQ(does(wanted(ActKind::code_read_out)), "");
    EXPECT_NE(does(wanted(ActKind::code_read_out, rita)), "") << "the caller was verified for paul";
    wait(verified_for - 1s);
    EXPECT_EQ(does(wanted(ActKind::code_read_out)), "");
    wait(1s);
    EXPECT_NE(does(wanted(ActKind::code_read_out)), "");
    EXPECT_THAT(reads(code), HasSubstr("no code is awaited")) << "it was used";
}

TEST_F(AnOperator, T11_GetsNoWayInFromTheCodeOfACaller) {
    const std::string code = code_of_caller();
    EXPECT_EQ(find(code), std::nullopt) << "at the login and at the menu";
    EXPECT_THAT(find(code, 1, {TicketType::verify_caller}), Optional(testing::_));
    EXPECT_EQ(message(newest_message()).text, "ticket.verify_mail");
}

TEST_F(AnOperator, HasTheCodeOfACallerForHerselfAndForTenMinutes) {
    const std::string code = code_of_caller();
    EXPECT_THAT(reads(code, rita), HasSubstr("no code is awaited"));
    const std::string other = code_of_caller(Medium::mail, rita);
    EXPECT_NE(other, code) << "who may have seen one knows nothing of the other";
    EXPECT_NE(reads(code), "") << "it is rita's call now";
    EXPECT_EQ(reads(other, rita), "");
    const std::string late = code_of_caller();
    wait(caller_life);
    EXPECT_THAT(reads(late), HasSubstr("no code is awaited"));
}

TEST_F(AnOperator, SendsTheSameCodeOnceMoreAndTakesTheOneOfEitherMedium) {
    const std::string by_mail = code_of_caller();
    EXPECT_EQ(code_of_caller(), "") << "within a minute nothing goes out";
    wait(resend_pause);
    EXPECT_EQ(code_of_caller(), by_mail);
    const std::string by_sms = code_of_caller(Medium::sms);
    EXPECT_EQ(reads(by_mail), "");
    EXPECT_EQ(reads(by_sms), "") << "the newest message is not the only one";
}

TEST_F(AnOperator, T8_TriesThreeCodesOfACallerAndTwentyADay) {
    const std::string first = code_of_caller();
    EXPECT_THAT(reads(wrong(first)), HasSubstr("2 more can be tried"));
    EXPECT_THAT(reads("no code at all"), HasSubstr("1 more can be tried"));
    EXPECT_THAT(reads(wrong(first)), HasSubstr("it is void now"));
    EXPECT_NE(reads(first), "") << "three wrong ones voided it";
    std::uint32_t tries = limits::caller_tries;
    while (tries < limits::wrong_caller_codes_a_day) {
        wait(resend_pause);
        const std::string code = code_of_caller();
        for (std::uint32_t i = 0; i < limits::caller_tries && tries < limits::wrong_caller_codes_a_day; ++i, ++tries) {
            EXPECT_NE(reads(wrong(code)), "");
        }
    }
    EXPECT_THAT(sends(Medium::sms), HasSubstr("20 wrong codes"));
    EXPECT_THAT(reads(first), HasSubstr("20 wrong codes"));
    EXPECT_EQ(sends(Medium::sms, rita), "") << "it is paul who guesses";
    wait(25h);
    EXPECT_EQ(sends(Medium::sms), "");
}

TEST_F(AnOperator, SendsACallerNoCodeWhereNoAddressIsConfirmed) {
    change_account(1, [](auto& account) { account.mail_confirmed = base::Milliseconds(0); });
    EXPECT_THAT(sends(Medium::mail), HasSubstr("verify the caller by sms"));
    change_account(1, [](auto& account) { account.phone_confirmed = base::Milliseconds(0); });
    EXPECT_THAT(sends(Medium::sms), HasSubstr("no confirmed address"));
    EXPECT_EQ(newest_message(), 0U);
    EXPECT_THAT(does(wanted(ActKind::code_read_out)), HasSubstr("cannot be verified"));
    EXPECT_NE(request(), 0U) << "two people can";
}

TEST_F(AnOperator, IsToldWhereTheMessageToACallerWasRefused) {
    settings_.budgets.mail.account = 0;
    restart();
    EXPECT_THAT(sends(), HasSubstr("message list"));
}

TEST_F(AnOperator, NeedsASecondPersonForAPrivilegedAccountThoughTheCallerIsVerified) {
    ASSERT_EQ(reads(code_of_caller()), "");
    for (const ActKind kind : {ActKind::code_read_out, ActKind::factor_removed, ActKind::addresses_confirmed,
                               ActKind::reset, ActKind::reset_by_mail, ActKind::reset_by_sms}) {
        auto on_a_privileged = wanted(kind);
        on_a_privileged.privileged = true;
        EXPECT_THAT(does(on_a_privileged), HasSubstr("rights over the machine")) << to_text(kind);
    }
}

TEST_F(AnOperator, NeedsASecondPersonToRemoveAFactorAndResetWithinADay) {
    ASSERT_EQ(reads(code_of_caller()), "");
    ASSERT_EQ(does(wanted(ActKind::factor_removed, paul, "totp")), "");
    for (const ActKind kind : {ActKind::reset, ActKind::reset_by_mail, ActKind::reset_by_sms, ActKind::code_read_out}) {
        EXPECT_THAT(does(wanted(kind)), HasSubstr("two people")) << to_text(kind);
        EXPECT_THAT(does(wanted(kind, rita)), HasSubstr("two people")) << "another operator alone is one, too";
    }
    wait(remembered_for);
    EXPECT_EQ(does(wanted(ActKind::reset_by_mail)), "");
    ASSERT_EQ(reads(code_of_caller()), "");
    EXPECT_THAT(does(wanted(ActKind::factor_removed, paul, "totp")), HasSubstr("was reset"));
}

TEST_F(AnOperator, DoesOnceWhatAnotherOneApproved) {
    ASSERT_NE(does(wanted(ActKind::code_read_out)), "");
    ASSERT_NE(does(wanted(ActKind::code_read_out)), "");
    EXPECT_THAT(kept(), testing::SizeIs(1)) << "asked twice, it waits once";
    const std::uint64_t number = request();
    EXPECT_THAT(approves(number, paul), HasSubstr("yourself"));
    EXPECT_THAT(approves(number, {camille.value, "anna"}), HasSubstr("own account"));
    EXPECT_NE(approves(number + 1), "");
    EXPECT_EQ(approves(number), "");
    EXPECT_EQ(approves(number), "") << "twice is once";
    EXPECT_NE(does(wanted(ActKind::code_read_out, rita)), "") << "it is paul who asked";
    EXPECT_NE(does(wanted(ActKind::factor_removed, paul, "totp")), "") << "for something else";
    EXPECT_EQ(does(wanted(ActKind::code_read_out)), "");
    EXPECT_NE(does(wanted(ActKind::code_read_out)), "") << "it is used up";
    const Act done = kept().front();
    EXPECT_EQ(done.state, ActState::done);
    EXPECT_EQ(done.actor_name, "paul");
    EXPECT_EQ(done.approver, rita.uid);
    EXPECT_EQ(done.approver_name, "rita");
}

TEST_F(AnOperator, GetsAnApprovalForTheFactorThatWasAskedFor) {
    ASSERT_NE(does(wanted(ActKind::factor_removed, paul, "totp")), "");
    ASSERT_EQ(approves(request()), "");
    EXPECT_NE(does(wanted(ActKind::factor_removed, paul, "recovery_codes")), "");
    EXPECT_EQ(does(wanted(ActKind::factor_removed, paul, "totp")), "");
}

TEST_F(AnOperator, WaitsHalfAnHourForTheSecondPersonWhoWaitsAsLong) {
    ASSERT_NE(does(wanted(ActKind::code_read_out)), "");
    wait(approval_life);
    EXPECT_THAT(approves(request()), HasSubstr("waits no more"));
    ASSERT_NE(does(wanted(ActKind::code_read_out)), "");
    wait(approval_life - 1s);
    ASSERT_EQ(approves(kept().back().number), "");
    wait(approval_life);
    EXPECT_NE(does(wanted(ActKind::code_read_out)), "");
}

TEST_F(AnOperator, OpensNothingOfTheirOwnAccountEvenWithAnother) {
    const HelpdeskActs::Operator self{camille.value, "anna"};
    for (const ActKind kind : {ActKind::code_read_out, ActKind::factor_removed, ActKind::addresses_confirmed}) {
        EXPECT_THAT(does(wanted(kind, self)), HasSubstr("own account")) << to_text(kind);
    }
    EXPECT_EQ(request(), 0U);
    EXPECT_THAT(sends(Medium::mail, self), HasSubstr("own account"));
}

TEST_F(AnOperator, IsRememberedWithWhatTheyDid) {
    ASSERT_EQ(does(wanted(ActKind::unlocked)), "");
    ASSERT_EQ(does(wanted(ActKind::reset_by_mail, rita)), "");
    const HelpdeskActs now = acts();
    EXPECT_THAT(now.list(camille),
                ElementsAre(AllOf(Field(&Act::kind, ActKind::unlocked), Field(&Act::actor_name, "paul"),
                                  Field(&Act::wall, clock_.wall())),
                            AllOf(Field(&Act::kind, ActKind::reset_by_mail), Field(&Act::actor, rita.uid))));
    EXPECT_THAT(now.list(Uid{2}), IsEmpty());
}

TEST_F(AnOperator, WaitsWithAnAddressThatWasConfirmedForACallerWhomNobodyVerified) {
    ASSERT_EQ(does(wanted(ActKind::addresses_confirmed, root)), "");
    EXPECT_TRUE(at_once_);
    ASSERT_NE(does(wanted(ActKind::addresses_confirmed)), "");
    ASSERT_EQ(approves(request()), "");
    ASSERT_EQ(does(wanted(ActKind::addresses_confirmed)), "");
    EXPECT_FALSE(at_once_) << "two people know no more of the caller";
    ASSERT_EQ(reads(code_of_caller()), "");
    ASSERT_EQ(does(wanted(ActKind::addresses_confirmed)), "");
    EXPECT_TRUE(at_once_);
}

TEST_F(AnOperator, LeavesNoRequestForAColleagueWhereTheCallerIsVerifiedAfterIt) {
    const auto removal = wanted(ActKind::factor_removed, paul, "totp");
    EXPECT_THAT(does(removal), HasSubstr("not verified"));
    ASSERT_THAT(kept(), ElementsAre(Field(&Act::state, model::ActState::requested)));
    EXPECT_EQ(reads(code_of_caller()), "");
    EXPECT_EQ(does(removal), "");
    for (const Act& act : kept()) {
        EXPECT_EQ(act.state, model::ActState::done) << "nobody has to look at it any more";
    }
}

TEST_F(AnOperator, SendsNothingToAnAddressThatIsHeldUntilItsTimeIsOver) {
    change_account(1, [&](auto& account) { account.mail_held_until = steady_.now(clock_) + 24h; });
    EXPECT_THAT(sends(Medium::mail), HasSubstr("verify the caller by sms"));
    const auto reset = [&] {
        HelpdeskReset resets(*tickets_, *store_, *outbox_, steady_, clock_);
        return refusal(resets.send({camille, Medium::mail, paul.uid, "recover-password", "ticket_mail"}));
    };
    EXPECT_THAT(reset(), HasSubstr("when a hold is over"));
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, IsEmpty());
    EXPECT_EQ(why_refused(), "held");
    wait(24h);
    EXPECT_EQ(reset(), "");
    EXPECT_THAT(codes_behind(0), testing::SizeIs(1));
}

TEST_F(AnOperator, T21_ReadsOutTheSameCodeTwiceAndOwesEachAPermission) {
    const auto read_out = [&] {
        HelpdeskReset resets(*tickets_, *store_, *outbox_, steady_, clock_);
        Secret code =
            tests::wait_for(loop_, resets.read_out({camille, std::nullopt, paul.uid, "recover-password", {}}));
        restart();
        return std::string(code.reveal());
    };
    const std::string code = read_out();
    EXPECT_THAT(code, testing::SizeIs(code_digits));
    EXPECT_EQ(read_out(), code);
    EXPECT_TRUE(find(code));
    wait(operator_life);
    EXPECT_EQ(find(code), std::nullopt);
    change_account(1, [](auto& account) { account.state = model::AccountState::locked; });
    HelpdeskReset resets(*tickets_, *store_, *outbox_, steady_, clock_);
    EXPECT_THAT(refusal(resets.read_out({camille, std::nullopt, paul.uid, "recover-password", {}})),
                HasSubstr("unlock it first"));
}

} // namespace
} // namespace loquet::recovery
