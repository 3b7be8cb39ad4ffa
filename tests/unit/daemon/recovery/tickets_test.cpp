// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/file.h"
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace loquet::recovery {
namespace {

using base::Error;
using model::Medium;
using model::TicketIssuer;
using model::TicketState;
using model::TicketType;
using model::Uid;
using store::kind_thrown_by;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;
using testing::ElementsAre;
using testing::IsEmpty;

class ATicket : public TicketsFixture {};

TEST_F(ATicket, IsMadeWithItsMessageInOneTransaction) {
    const Issued issued = issue(by_owner(Medium::mail));
    EXPECT_TRUE(issued.sends);
    EXPECT_EQ(issued.shown, "");
    ASSERT_EQ(issued.sent.size(), 1U);
    EXPECT_THAT(issued.sent.front(), testing::MatchesRegex("[0-9]{4} [0-9]{4}"));
    ASSERT_EQ(list().size(), 1U);
    const model::Ticket ticket = list().front();
    EXPECT_EQ(ticket.state, TicketState::waiting);
    EXPECT_EQ(ticket.issuer, TicketIssuer::owner);
    EXPECT_EQ(ticket.masked, "p***@e***.org");
    EXPECT_EQ(ticket.purpose, "recover-password");
    EXPECT_EQ(ticket.step, "send_code");
    EXPECT_THAT(ticket.proved, ElementsAre("question"));
    EXPECT_EQ(ticket.generation, 1U);
    EXPECT_EQ(ticket.sent, 1U);
    EXPECT_EQ(ticket.until - ticket.issued, mail_life);
    const auto sent = message(1);
    EXPECT_EQ(sent.step, "send_code");
    EXPECT_EQ(sent.text, "ticket.recover_mail");
    EXPECT_TRUE(sent.code);
    EXPECT_EQ(sent.expires - sent.created, mail_life);
}

TEST_F(ATicket, IsNotMadeWhereTheTransactionFails) {
    auto issued = tickets_->issue(by_owner(Medium::mail));
    EXPECT_EQ(failure_of([work = std::move(issued.work)](WriteTxn& txn) mutable {
                  work(txn);
                  throw Error(Error::Kind::conflict, "no");
              }),
              Error::Kind::conflict);
    EXPECT_THAT(list(), IsEmpty());
    EXPECT_EQ(newest_message(), 0U);
}

TEST_F(ATicket, IsMadeOnceWhereItsWorkRunsAgainBecauseOtherWorkFailed) {
    auto held = hold_writer();
    auto first = store_->write(tickets_->issue(by_owner(Medium::mail)).work);
    auto other = store_->write([](WriteTxn&) { throw Error(Error::Kind::invalid, "of somebody else"); });
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(first)), std::nullopt);
    EXPECT_EQ(outcome(std::move(other)), Error::Kind::invalid);
    EXPECT_EQ(newest_message(), 1U);
    EXPECT_EQ(list().front().serial, 1U);
}

TEST_F(ATicket, LivesForAnHourByMailTenMinutesBySmsAndHalfAnHourReadOut) {
    const std::vector<std::pair<Tickets::Issue, base::Milliseconds>> lives{{by_owner(Medium::mail), 60min},
                                                                           {by_owner(Medium::sms), 10min},
                                                                           {by_helpdesk(Medium::mail, 2), 60min},
                                                                           {by_helpdesk(Medium::sms, 2), 10min},
                                                                           {by_helpdesk(std::nullopt), 30min}};
    for (const auto& [request, life] : lives) {
        const std::uint32_t uid = request.account.value;
        const std::string code = code_from(request);
        wait(life - 1ms);
        EXPECT_TRUE(find(code, uid));
        wait(1ms);
        EXPECT_FALSE(find(code, uid)) << life.count();
    }
    for (const model::Ticket& ticket : list()) {
        EXPECT_EQ(ticket.state, TicketState::expired);
    }
}

TEST_F(ATicket, T27_GrowsNoYoungerWhenTheClockIsSetBackOrTheMachineStartsAnew) {
    const std::string code = code_from(by_owner(Medium::sms));
    wait(5min);
    EXPECT_EQ(open(find(code).value(), 1), std::nullopt); // makes the time durable
    clock_.set_wall_by(-std::chrono::hours(48));
    clock_.reboot(0ms);
    restart();
    EXPECT_TRUE(find(code));
    clock_.advance(grace - 1ms); // in one run: only what is durable outlives a restart with a dead clock
    EXPECT_TRUE(find(code));
    clock_.set_wall_by(-std::chrono::hours(48));
    clock_.advance(1ms);
    EXPECT_FALSE(find(code));
}

TEST_F(ATicket, T7_SendsTheSameCodeOncePerMinuteAndFiveTimesMore) {
    const std::string code = code_from(by_owner(Medium::mail));
    const auto until = list().front().until;
    for (std::uint32_t again = 1; again <= most_resends; ++again) {
        wait(resend_pause - 1ms);
        const auto before = list();
        EXPECT_FALSE(issue(by_owner(Medium::mail)).sends);
        EXPECT_EQ(list(), before) << "a request in between changes nothing";
        wait(1ms);
        const Issued issued = issue(by_owner(Medium::mail));
        EXPECT_TRUE(issued.sends);
        EXPECT_THAT(issued.sent, ElementsAre(code));
        EXPECT_EQ(message(newest_message()).expires, until) << "it lives no longer for that";
    }
    for (int more = 0; more < 3; ++more) {
        wait(resend_pause);
        const Issued refused = issue(by_owner(Medium::mail));
        EXPECT_FALSE(refused.sends);
        EXPECT_THAT(refused.sent, IsEmpty());
    }
    EXPECT_EQ(newest_message(), 1U + most_resends);
    EXPECT_EQ(list().front().until, until);
    EXPECT_TRUE(find(code)) << "a stranger's requests void nothing";
}

TEST_F(ATicket, SaysInEachMessageHowLongItsCodeLives) {
    const auto minutes = [this] {
        return read([&](const ReadTxn& txn) {
            const auto content = OutboxTable::content(txn, newest_message()).value();
            const auto found = std::ranges::find(content.variables, "minutes", &model::MessageContent::Variable::name);
            return std::string(found->value.reveal());
        });
    };
    issue(by_owner(Medium::mail));
    EXPECT_EQ(minutes(), "60");
    wait(10min + 1ms);
    issue(by_owner(Medium::mail));
    EXPECT_EQ(minutes(), "49");
    wait(49min + 30s);
    issue(by_owner(Medium::mail));
    EXPECT_EQ(minutes(), "1");
    wait(29s);
    EXPECT_FALSE(issue(by_owner(Medium::mail)).sends) << "too late for a message";
}

TEST_F(ATicket, GetsANewCodeOnlyOnceTheOneBeforeIsDead) {
    std::vector<std::string> codes{code_from(by_owner(Medium::sms))};
    wait(sms_life);
    codes.push_back(code_from(by_owner(Medium::sms)));
    EXPECT_EQ(open(find(codes.back()).value(), 1), std::nullopt);
    EXPECT_EQ(use(find(codes.back()).value(), 1), std::nullopt);
    codes.push_back(code_from(by_owner(Medium::sms)));
    void_codes(1);
    codes.push_back(code_from(by_owner(Medium::sms)));
    write([](WriteTxn& txn) { Tickets::void_all(txn, Uid{1}, "replaced"); });
    codes.push_back(code_from(by_owner(Medium::sms)));
    EXPECT_EQ(list().front().serial, codes.size());
    EXPECT_EQ(list().front().sent, 1U);
    for (std::size_t i = 0; i + 1 < codes.size(); ++i) {
        EXPECT_NE(codes[i], codes[i + 1]);
        EXPECT_FALSE(find(codes[i])) << i;
    }
    EXPECT_TRUE(find(codes.back()));
}

TEST_F(ATicket, HasAPlaceForEachTypeAndMedium) {
    const std::string mailed = code_from(by_owner(Medium::mail));
    const std::string by_phone = code_from(by_owner(Medium::sms));
    const std::string shown = code_from(by_helpdesk(std::nullopt));
    Tickets::Issue invitation = by_helpdesk(std::nullopt);
    invitation.type = TicketType::activate;
    invitation.issuer = TicketIssuer::invitation;
    const std::string invited = code_from(invitation);
    EXPECT_EQ(list().size(), 4U);
    EXPECT_EQ(find(mailed).value().medium, Medium::mail);
    EXPECT_EQ(find(by_phone).value().medium, Medium::sms);
    EXPECT_EQ(find(shown).value().medium, std::nullopt);
    EXPECT_EQ(find(shown).value().issuer, TicketIssuer::helpdesk);
    EXPECT_EQ(find(invited, 1, {TicketType::activate}).value().issuer, TicketIssuer::invitation);
}

TEST_F(ATicket, T11_OpensOnlyForThePurposesThatAcceptItsType) {
    std::map<TicketType, std::string> codes;
    for (const TicketType type : model::ticket_types) {
        const bool changes_address = type == TicketType::change_address;
        const bool is_sent =
            type == TicketType::verify_caller || changes_address; // nobody reads these out to the caller
        Tickets::Issue request = by_helpdesk(is_sent ? std::optional(Medium::mail) : std::nullopt);
        request.type = type;
        request.destination = changes_address ? "new@example.net" : "";
        codes[type] = code_from(request);
    }
    for (const TicketType type : model::ticket_types) {
        for (const auto& [other, code] : codes) {
            EXPECT_EQ(find(code, 1, {type}).has_value(), other == type);
        }
        EXPECT_FALSE(find(codes[type], 1, {}));
    }
    EXPECT_TRUE(find(codes[TicketType::activate], 1, {TicketType::recover, TicketType::activate}));
    EXPECT_FALSE(find(codes[TicketType::verify_caller], 1, {TicketType::recover, TicketType::activate}));
}

TEST_F(ATicket, IsNotMadeWhereItsMessageIsRefusedAndTheHelpdeskSeesWhy) {
    change_account(1, [](auto& account) { account.mail.clear(); });
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, IsEmpty());
    EXPECT_EQ(why_refused(), "no-address");
    change_account(1, [](auto& account) { account.mail = "jos\u00e9@example.org"; });
    issue(by_owner(Medium::mail));
    EXPECT_EQ(why_refused(), "address");
    settings_.media = {Medium::mail};
    restart();
    issue(by_owner(Medium::sms));
    EXPECT_EQ(why_refused(), "no-channel");
    settings_.waiting = 0;
    restart();
    issue(by_owner(Medium::mail, 2));
    EXPECT_EQ(why_refused(), "too-many");
    EXPECT_THAT(list(), IsEmpty());
    EXPECT_THAT(list(2), IsEmpty());
    EXPECT_EQ(newest_message(), 4U);
}

TEST_F(ATicket, T7_CountsNoMessageThatABudgetRefused) {
    const std::string code = code_from(by_owner(Medium::mail));
    auto generous = settings_.budgets;
    settings_.budgets = {{1, 1, 1, 1, 1, 100}, {1, 1, 1, 1, 1, 100}};
    for (std::uint32_t i = 0; i < 2 * most_resends; ++i) {
        wait(resend_pause);
        const auto before = list();
        issue(by_owner(Medium::mail));
        EXPECT_THAT(why_refused(), testing::StartsWith("budget:"));
        EXPECT_EQ(list(), before);
    }
    settings_.budgets = generous;
    wait(resend_pause);
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, ElementsAre(code));
}

TEST_F(ATicket, IsNotMadeWithoutAnOutboxUnlessItsCodeIsReadOut) {
    tickets_ = std::make_unique<Tickets>(nullptr, *store_, steady_, clock_);
    EXPECT_FALSE(issue(by_owner(Medium::mail)).sends);
    EXPECT_THAT(list(), IsEmpty());
    tickets_ = std::make_unique<Tickets>(nullptr, *store_, steady_, clock_);
    EXPECT_NE(issue(by_helpdesk(std::nullopt)).shown, "");
    tickets_ = std::make_unique<Tickets>(nullptr, *store_, steady_, clock_);
    EXPECT_EQ(state(), "waiting");
}

TEST_F(ATicket, T8_IsNeverReadOutToSomebodyAtAPrompt) {
    Tickets::Issue request = by_owner(Medium::mail);
    request.medium = std::nullopt;
    EXPECT_EQ(kind_thrown_by([&] { (void)tickets_->issue(request); }), Error::Kind::invalid);
    request = by_owner(Medium::mail);
    request.type = TicketType::verify_caller;
    EXPECT_EQ(kind_thrown_by([&] { (void)tickets_->issue(request); }), Error::Kind::invalid) << "it has no message";
    request = by_owner(Medium::mail, 99);
    EXPECT_EQ(kind_thrown_by([&] { (void)tickets_->issue(request); }), Error::Kind::not_found);
}

TEST_F(ATicket, T21_ThatIsReadOutHasOneCodeHoweverOftenItIsAskedFor) {
    const std::string shown = code_from(by_helpdesk(std::nullopt));
    EXPECT_EQ(shown.size(), code_digits);
    wait(operator_life - 1ms);
    for (int again = 0; again < 10; ++again) {
        const Issued issued = issue(by_helpdesk(std::nullopt));
        EXPECT_EQ(issued.shown, shown);
        EXPECT_FALSE(issued.sends);
    }
    EXPECT_EQ(newest_message(), 0U);
    wait(1ms);
    EXPECT_FALSE(find(shown));
    EXPECT_NE(issue(by_helpdesk(std::nullopt)).shown, shown);
}

TEST_F(ATicket, OfItsOwnerIsBegunAnewByTheHelpdeskWithTheSameCode) {
    const std::string code = code_from(by_owner(Medium::mail));
    for (std::uint32_t i = 0; i < most_resends; ++i) { // somebody uses up what the owner may be sent
        wait(resend_pause);
        EXPECT_TRUE(issue(by_owner(Medium::mail)).sends);
    }
    EXPECT_EQ(open(find(code).value(), 7), std::nullopt);
    const auto before = find(code).value();
    const Issued issued = issue(by_helpdesk(Medium::mail));
    EXPECT_THAT(issued.sent, ElementsAre(code)) << "what the person has in hand goes on working";
    EXPECT_EQ(message(newest_message()).text, "ticket.reset_mail");
    const auto found = find(code).value();
    EXPECT_EQ(found.issuer, TicketIssuer::helpdesk);
    EXPECT_EQ(found.step, "");
    EXPECT_THAT(found.proved, IsEmpty());
    EXPECT_FALSE(tickets_->holds(Uid{1}, before, 7));
    EXPECT_EQ(use(before, 7), Error::Kind::conflict) << "what was opened before knows other steps";
    EXPECT_EQ(list().front().until - list().front().issued, mail_life);
    wait(resend_pause);
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, ElementsAre(code));
    EXPECT_EQ(find(code).value().issuer, TicketIssuer::helpdesk) << "nobody at a prompt takes it back";
}

TEST_F(ATicket, IsSpentOnceByTheDialogThatHasIt) {
    const std::string code = code_from(by_owner(Medium::mail));
    const auto match = find(code).value();
    EXPECT_EQ(match.purpose, "recover-password");
    EXPECT_EQ(match.step, "send_code");
    EXPECT_THAT(match.proved, ElementsAre("question"));
    EXPECT_EQ(use(match, 1), Error::Kind::conflict) << "nobody opened it";
    EXPECT_EQ(use(match, 0), Error::Kind::conflict) << "nor did nobody";
    EXPECT_FALSE(tickets_->holds(Uid{1}, match, 0));
    EXPECT_EQ(open(match, 1), std::nullopt);
    EXPECT_EQ(state(), "opened");
    EXPECT_TRUE(tickets_->holds(Uid{1}, match, 1));
    EXPECT_FALSE(tickets_->holds(Uid{1}, match, 2));
    EXPECT_EQ(use(match, 2), Error::Kind::conflict);
    EXPECT_EQ(use(match, 1), std::nullopt);
    EXPECT_EQ(state(), "used");
    EXPECT_FALSE(tickets_->holds(Uid{1}, match, 1));
    EXPECT_FALSE(find(code));
    EXPECT_EQ(use(match, 1), Error::Kind::conflict);
    EXPECT_EQ(open(match, 1), Error::Kind::conflict);
}

TEST_F(ATicket, IsTakenOverByTheCodeTypedAgainForFiveMinutesFromTheFirstTime) {
    const std::string code = code_from(by_owner(Medium::mail));
    wait(mail_life - 1ms);
    const auto match = find(code).value();
    EXPECT_EQ(open(match, 1), std::nullopt);
    wait(grace - 1min);
    EXPECT_EQ(open(find(code).value(), 2), std::nullopt) << "past the time to type it first";
    EXPECT_FALSE(tickets_->holds(Uid{1}, match, 1));
    EXPECT_EQ(use(match, 1), Error::Kind::conflict);
    wait(1min - 1ms);
    EXPECT_TRUE(tickets_->holds(Uid{1}, match, 2));
    EXPECT_TRUE(find(code));
    wait(1ms);
    EXPECT_FALSE(find(code));
    EXPECT_FALSE(tickets_->holds(Uid{1}, match, 2));
    EXPECT_EQ(open(match, 2), Error::Kind::conflict);
    EXPECT_EQ(use(match, 2), Error::Kind::conflict);
    EXPECT_EQ(state(), "expired");
}

TEST_F(ATicket, ThatWasOpenedEarlyDiesFiveMinutesLaterThoughItsTimeIsNotOver) {
    const std::string code = code_from(by_owner(Medium::mail));
    EXPECT_EQ(open(find(code).value(), 1), std::nullopt);
    wait(grace);
    EXPECT_FALSE(find(code));
    EXPECT_NE(code_from(by_owner(Medium::mail)), code);
}

TEST_F(ATicket, T9_IsUsedOnceByTwoDialogsAtOneMoment) {
    const std::string code = code_from(by_owner(Medium::mail));
    const auto match = find(code).value();
    auto held = hold_writer();
    auto first = store_->write(tickets_->open(Uid{1}, match, 1));
    auto second = store_->write(tickets_->open(Uid{1}, match, 2));
    auto used = store_->write(tickets_->use(Uid{1}, match, 1));
    auto used_too = store_->write(tickets_->use(Uid{1}, match, 2));
    auto used_again = store_->write(tickets_->use(Uid{1}, match, 2));
    release_writer();
    EXPECT_EQ(outcome(std::move(held)), std::nullopt);
    EXPECT_EQ(outcome(std::move(first)), std::nullopt);
    EXPECT_EQ(outcome(std::move(second)), std::nullopt);
    EXPECT_EQ(outcome(std::move(used)), Error::Kind::conflict);
    EXPECT_EQ(outcome(std::move(used_too)), std::nullopt);
    EXPECT_EQ(outcome(std::move(used_again)), Error::Kind::conflict);
}

TEST_F(ATicket, T9_IsNeitherMadeNorSentOnWhatChangedInBetween) {
    auto twice = tickets_->issue(by_owner(Medium::mail));
    auto first = tickets_->issue(by_owner(Medium::mail));
    write(std::move(first.work));
    EXPECT_EQ(failure_of(std::move(twice.work)), Error::Kind::conflict);
    EXPECT_EQ(newest_message(), 1U);
    wait(resend_pause);
    auto again = tickets_->issue(by_owner(Medium::mail));
    EXPECT_TRUE(again.sends);
    void_codes(1);
    EXPECT_EQ(failure_of(std::move(again.work)), Error::Kind::conflict);
    auto to_another = tickets_->issue(by_owner(Medium::mail));
    change_account(1, [](auto& account) { account.mail = "other@example.net"; });
    EXPECT_EQ(failure_of(std::move(to_another.work)), Error::Kind::conflict);
    EXPECT_EQ(newest_message(), 1U);
}

TEST_F(ATicket, T9_ThatFollowedAnotherIsNotOpenedByTheCodeOfThatOne) {
    const auto stale = find(code_from(by_owner(Medium::sms))).value();
    wait(sms_life);
    code_from(by_owner(Medium::sms));
    EXPECT_EQ(open(stale, 1), Error::Kind::conflict);
    EXPECT_EQ(state(), "waiting");
}

TEST_F(ATicket, T8_IsFoundByItsCodeAloneWithAsManyComparisonsForEveryAccount) {
    const std::string code = code_from(by_owner(Medium::mail, 1));
    const auto cost = [this](const std::string& typed, std::uint32_t uid) {
        comparisons = 0;
        (void)find(typed, uid);
        return comparisons;
    };
    const std::size_t right = cost(code, 1);
    EXPECT_GE(right, 3U) << "a place for each medium";
    EXPECT_EQ(cost("00000000", 1), right) << "a wrong code";
    EXPECT_EQ(cost(code, 2), right) << "an account without tickets";
    issue(by_owner(Medium::sms));
    issue(by_helpdesk(std::nullopt));
    EXPECT_EQ(cost(code, 1), right) << "an account with three";
    EXPECT_EQ(cost("no code", 1), 0U);
}

TEST_F(ATicket, T8_OfAnEmptyPlaceHasNoCodeThatOpens) {
    for (const char* code : {"00000000", "0", ""}) {
        EXPECT_FALSE(find(code)) << code;
    }
    issue(by_owner(Medium::mail));
    write([](WriteTxn& txn) { Tickets::void_all(txn, Uid{1}, "over"); });
    EXPECT_FALSE(find("00000000"));
}

class TenThousandTickets : public TicketsFixture {
protected:
    static constexpr std::uint32_t people = 10'000;

    TenThousandTickets() {
        make_accounts(people);
        std::vector<store::Store::Work> all;
        for (std::uint32_t uid = 1; uid <= people; ++uid) {
            auto issued = tickets_->issue(by_helpdesk(std::nullopt, uid));
            codes_.emplace_back(issued.code.reveal());
            all.push_back(std::move(issued.work));
        }
        write([&](WriteTxn& txn) {
            for (auto& work : all) {
                work(txn);
            }
        });
        restart();
    }
    std::vector<std::string> codes_;
};

TEST_F(TenThousandTickets, T8_OpenTheNamedAccountAlone) {
    std::size_t own = 0;
    std::size_t wrong = 0;
    for (std::uint32_t uid = 1; uid <= people; ++uid) {
        own += find(codes_[uid - 1], uid) ? 1U : 0U;
        wrong += find(codes_[uid - 1], 1) && codes_[uid - 1] != codes_[0] ? 1U : 0U;
    }
    EXPECT_EQ(own, people);
    EXPECT_EQ(wrong, 0U);
    std::ranges::sort(codes_);
    const auto same = std::ranges::unique(codes_);
    EXPECT_LE(same.size(), 10U) << "half a pair is to be expected";
}

class TheCodeOfATicket : public TicketsFixture {};

TEST_F(TheCodeOfATicket, T18_IsInNoListNoRecordAndNoFile) {
    std::vector<std::string> codes{code_from(by_helpdesk(std::nullopt))};
    codes.push_back(code_from(by_owner(Medium::mail)));
    EXPECT_EQ(open(find(codes.back()).value(), 1), std::nullopt);
    for (const model::Ticket& ticket : list()) {
        EXPECT_TRUE(ticket.seed.empty());
    }
    EXPECT_THAT(read([](const ReadTxn& txn) { return audit::AuditLog::read(txn, 0, 1000); }), IsEmpty());
    tickets_.reset();
    close();
    const std::string file = base::read_file(store_folder() + "/data.mdb", 1U << 26U);
    for (std::string code : codes) {
        EXPECT_EQ(file.find(code), std::string::npos);
        std::erase(code, ' ');
        EXPECT_EQ(file.find(code), std::string::npos);
    }
    restart();
}

TEST_F(TheCodeOfATicket, IsCountedAsUsedWhenItIsTypedForTheFirstTime) {
    auto issued = tickets_->issue(by_owner(Medium::mail)); // in one run: what went out is remembered in memory
    write(std::move(issued.work));
    const auto match = find(codes_behind(0).front()).value();
    write(tickets_->open(Uid{1}, match, 1));
    clock_.advance(resend_pause);
    write(tickets_->issue(by_owner(Medium::mail)).work);
    write(tickets_->open(Uid{1}, match, 2));
    const auto use = read([](const ReadTxn& txn) { return store::BudgetsTable::code_use(txn, Medium::mail); });
    EXPECT_EQ(use.used.within_day(steady_.now(clock_)), 1U);
}

} // namespace
} // namespace loquet::recovery
