// SPDX-License-Identifier: LGPL-2.1-or-later
// The verdicts of Describe: can somebody log in, or get back in, and why not.
#include "daemon/api/account_description.h"
#include "daemon/api/account_objects.h"
#include "daemon/audit/audit_log.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::api {
namespace {

using base::Milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// An account in good order: with a password, for all services.
class AVerdict : public testing::Test {
protected:
    AVerdict() {
        view_.has_password = true;
        account().authorisations = {"*"};
        settings_.self_service.services = {"login"};
        settings_.outbox.mail = {"smtp"};
        settings_.flows.push_back(config::flow_of_steps("recover-password", {"ticket", "new_password"}));
    }
    [[nodiscard]] model::PrivateAccount& account() { return view_.account.private_part; }
    [[nodiscard]] AccountProperties shown() { return properties_of(view_, settings_, steady_, clock_); }
    [[nodiscard]] LoginState login() { return login_verdict(shown(), clock_.wall()); }
    [[nodiscard]] RecoveryState recovery() { return recovery_verdict(shown(), settings_); }
    [[nodiscard]] std::int64_t in_an_hour() { return (steady_.now(clock_) + hour).count(); }
    void has_a_confirmed_mail_address() {
        account().mail = "alice@example.org";
        account().mail_confirmed = clock_.wall();
    }

    static constexpr Milliseconds hour = std::chrono::hours(1);
    tests::FakeClock clock_;
    model::SteadyTime steady_{clock_.wall(), clock_};
    config::Config settings_;
    accounts::AccountView view_;
};

TEST_F(AVerdict, IsOpenForAnAccountInGoodOrder) {
    EXPECT_EQ(login().verdict, LoginVerdict::open);
    EXPECT_EQ(login().place_locked_until.count(), 0);
}

TEST_F(AVerdict, SaysThatAPasswordIsDueOrExpired) {
    view_.must_change = true;
    EXPECT_EQ(login().verdict, LoginVerdict::change);
    view_.must_change = false;
    settings_.password.expires_after = std::chrono::days(1);
    view_.password_changed = clock_.wall() - std::chrono::days(1);
    EXPECT_EQ(login().verdict, LoginVerdict::change) << "at its very end";
    view_.password_changed += Milliseconds(1);
    EXPECT_EQ(login().verdict, LoginVerdict::open) << "a moment before";
}

TEST_F(AVerdict, NamesTheStrongestReasonFirst) {
    account().authorisations.clear();
    EXPECT_EQ(login().verdict, LoginVerdict::no_service);
    view_.has_password = false;
    EXPECT_EQ(login().verdict, LoginVerdict::no_password);
    view_.attempts.lock = {in_an_hour(), false, "too-many-failures-a-day"};
    EXPECT_EQ(login().verdict, LoginVerdict::failures);
    EXPECT_EQ(login().until, clock_.wall() + hour);
    account().state = model::AccountState::locked;
    account().state_reason = "left the company";
    EXPECT_EQ(login().verdict, LoginVerdict::locked);
    EXPECT_EQ(login().reason, "left the company");
    account().state = model::AccountState::disabled;
    EXPECT_EQ(login().verdict, LoginVerdict::disabled);
}

TEST_F(AVerdict, OfALockWithoutEndSaysThatSomebodyHasToUnlock) {
    view_.attempts.lock = {0, true, "too-many-failures-in-a-row"};
    EXPECT_EQ(login().verdict, LoginVerdict::failures);
    EXPECT_EQ(login().until, Milliseconds::max());
    EXPECT_FALSE(login().known_places);
    view_.attempts.known.push_back({});
    EXPECT_TRUE(login().known_places) << "there the lock does not hold";
}

TEST_F(AVerdict, IsOpenWhereASinglePlaceIsShutAndSaysUntilWhen) {
    view_.attempts.places.push_back({{}, {}, {in_an_hour(), false, "too-many-failures"}});
    EXPECT_EQ(login().verdict, LoginVerdict::open);
    EXPECT_EQ(login().place_locked_until, clock_.wall() + hour);
    view_.attempts.places.front().lock = {0, true, "too-many-failures"};
    EXPECT_EQ(login().place_locked_until, Milliseconds::max());
}

TEST_F(AVerdict, OnRecoveryWantsAConfirmedAddressOfAMediumThatTheSiteSendsBy) {
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::no_address);
    account().phone = "+33612345678";
    account().phone_confirmed = clock_.wall();
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::no_address) << "the site sends no SMS";
    account().mail = "alice@example.org";
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::no_address) << "nobody confirmed it";
    has_a_confirmed_mail_address();
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::open);
    EXPECT_THAT(recovery().media, ElementsAre(model::Medium::mail));
    settings_.outbox.sms = {"sms_http"};
    EXPECT_THAT(recovery().media, ElementsAre(model::Medium::mail, model::Medium::sms));
}

TEST_F(AVerdict, OnRecoverySaysThatAnAccountWithRightsOverTheMachineTakesTheHelpdesk) {
    has_a_confirmed_mail_address();
    EXPECT_EQ(recovery_verdict(shown(), settings_, {{}, true}).verdict, RecoveryVerdict::privileged);
    EXPECT_THAT(recovery_verdict(shown(), settings_, {{}, true}).media, IsEmpty());
    EXPECT_EQ(recovery_verdict(shown(), settings_, {{}, std::nullopt}).verdict, RecoveryVerdict::unasked)
        << "nobody says";
    settings_.self_service.recover_privileged = true;
    EXPECT_EQ(recovery_verdict(shown(), settings_, {{}, true}).verdict, RecoveryVerdict::open);
}

TEST_F(AVerdict, OnRecoverySaysUntilWhenTheAddressIsHeldAndWhetherAnotherAccountHasItToo) {
    has_a_confirmed_mail_address();
    account().mail_held_until = steady_.now(clock_) + hour;
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::held);
    EXPECT_EQ(recovery().until, clock_.wall() + hour);
    EXPECT_THAT(recovery().media, IsEmpty());
    clock_.advance(hour);
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::open);
    EXPECT_EQ(recovery().until.count(), 0);
    EXPECT_EQ(recovery_verdict(shown(), settings_, {{model::Medium::mail}, false}).verdict, RecoveryVerdict::shared);
    settings_.outbox.sms = {"sms_http"};
    account().phone = "+33612345678";
    account().phone_confirmed = clock_.wall();
    const RecoveryState by_sms = recovery_verdict(shown(), settings_, {{model::Medium::mail}, false});
    EXPECT_EQ(by_sms.verdict, RecoveryVerdict::open);
    EXPECT_THAT(by_sms.media, ElementsAre(model::Medium::sms));
    settings_.self_service.shared_addresses = true;
    EXPECT_THAT(recovery_verdict(shown(), settings_, {{model::Medium::mail}, false}).media,
                ElementsAre(model::Medium::mail, model::Medium::sms));
}

TEST_F(AVerdict, OnRecoveryIsShutByItsOwnLockAndNotByThatOfTheLogin) {
    has_a_confirmed_mail_address();
    view_.attempts.lock = {0, true, "too-many-failures-in-a-row"};
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::open);
    view_.recoveries.lock = {in_an_hour(), false, "too-many-failures-a-day"};
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::locked);
    EXPECT_EQ(recovery().until, clock_.wall() + hour);
    account().state = model::AccountState::locked;
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::not_active) << "the helpdesk's lock holds for it, too";
}

TEST_F(AVerdict, OnRecoverySaysThatTheSiteDoesNotOfferIt) {
    has_a_confirmed_mail_address();
    settings_.self_service.services.clear();
    EXPECT_EQ(recovery().verdict, RecoveryVerdict::no_flow);
}

class WhatIsKeptOfAnAccount : public store::StoreFixture {
protected:
    static constexpr model::Uid anna{30001};
    static constexpr model::Uid bert{30002};

    void message_to(model::Uid account, const std::string& text) {
        write([&](store::WriteTxn& txn) {
            model::OutboxEntry entry;
            entry.account = account;
            entry.text = text;
            (void)store::OutboxTable::add(txn, entry, {});
        });
    }
    static model::AuditEvent event_of(model::Uid account, std::int64_t when) {
        model::AuditEvent event;
        event.account = account;
        event.time = Milliseconds(when);
        return event;
    }
};

TEST_F(WhatIsKeptOfAnAccount, IsToldWithItsNewestMessages) {
    message_to(anna, "the oldest");
    for (std::size_t i = 1; i <= limits::described_messages; ++i) {
        message_to(anna, "message " + std::to_string(i));
        message_to(bert, "not hers");
    }
    const auto found = tests::wait_for(loop_, find_messages(*store_, loop_, anna));
    ASSERT_EQ(found.messages.size(), limits::described_messages);
    EXPECT_EQ(found.messages.front().second.text, "message " + std::to_string(limits::described_messages));
    EXPECT_EQ(found.messages.back().second.text, "message 1");
}

TEST_F(WhatIsKeptOfAnAccount, IsLookedForAmongTheNewestRecordsAndItSaysSinceWhen) {
    constexpr std::size_t others = limits::audit_records_per_page;
    write([&](store::WriteTxn& txn) {
        audit::AuditLog::append(txn, event_of(anna, 1));
        std::vector<model::AuditEvent> events;
        for (std::size_t i = 0; i < others; ++i) {
            events.push_back(event_of(bert, static_cast<std::int64_t>(100 + i)));
        }
        audit::AuditLog::append_all(txn, events);
    });
    const auto few = tests::wait_for(loop_, find_events(*store_, loop_, anna, others));
    EXPECT_TRUE(few.newest.empty());
    EXPECT_EQ(few.since, Milliseconds(100)) << "the oldest one that was looked at";
    const auto all = tests::wait_for(loop_, find_events(*store_, loop_, anna));
    ASSERT_EQ(all.newest.size(), 1U);
    EXPECT_EQ(all.newest.front().event.time, Milliseconds(1));
    EXPECT_EQ(all.since.count(), 0) << "there is nothing before";
}

TEST_F(WhatIsKeptOfAnAccount, IsNothingInAnEmptyStore) {
    EXPECT_TRUE(tests::wait_for(loop_, find_events(*store_, loop_, anna)).newest.empty());
    EXPECT_TRUE(tests::wait_for(loop_, find_messages(*store_, loop_, anna)).messages.empty());
}

TEST_F(WhatIsKeptOfAnAccount, IsToldWhereTheOldestRecordsGaveWay) {
    write([&](store::WriteTxn& txn) {
        for (std::int64_t i = 1; i <= 5; ++i) {
            audit::AuditLog::append(txn, event_of(anna, i), 2);
        }
    });
    const auto found = tests::wait_for(loop_, find_events(*store_, loop_, anna));
    ASSERT_EQ(found.newest.size(), 2U);
    EXPECT_EQ(found.newest.front().event.time, Milliseconds(5));
}

} // namespace
} // namespace loquet::api
