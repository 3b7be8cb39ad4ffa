// SPDX-License-Identifier: LGPL-2.1-or-later
// What outsiders can make us spend, and what they cannot take from others.
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace loquet::outbox {
namespace {

using namespace std::chrono_literals;
using model::Medium;
using model::MessageState;

TEST(ABudget, HasRoomForOutsidersInTheirShareAndForOthersInTheWhole) {
    constexpr base::Milliseconds now = 100h;
    model::Usage usage;
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(has_room(usage, 10, 50, false, now));
        usage.unproven.add(now);
    }
    EXPECT_FALSE(has_room(usage, 10, 50, false, now));
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(has_room(usage, 10, 50, true, now));
        usage.proven.add(now);
    }
    EXPECT_FALSE(has_room(usage, 10, 50, true, now));
    EXPECT_FALSE(has_room(usage, 10, 100, false, now));
    EXPECT_TRUE(has_room(usage, 10, 50, false, now + 25h));
    EXPECT_FALSE(has_room({}, 0, 100, true, now));
}

/// Somebody who asks for codes without ever typing one: 1000 times, for one account after the other, from one place
/// after the other.
class APumper : public OutboxFixture {
protected:
    static constexpr std::uint32_t people = 100;
    static constexpr std::uint32_t places = 20;
    static constexpr int requests = 1000;

    APumper() {
        make_accounts(people + 1);
        settings_.budgets.sms = {4, 4, 200, 30, 120, 50};
        settings_.budgets.mail = settings_.budgets.sms;
        settings_.alarm = {50, 30};
    }
    void begin() {
        outbox_->set(settings_);
        start_courier();
        courier_->on_alarm([this](Medium medium, bool alarming) { alarms_.emplace_back(medium, alarming); });
    }
    [[nodiscard]] SendRequest request(std::uint32_t uid, std::uint32_t place, bool proven = false) const {
        SendRequest made = code_for(uid, Medium::sms);
        made.place = store_->digest(store::DigestKind::place, "seat" + std::to_string(place));
        made.proven = proven;
        return made;
    }
    void pump(std::uint32_t victims = people, std::uint32_t at_places = places) {
        constexpr std::uint32_t at_once = 50;
        for (std::uint32_t i = 0; i < requests; i += at_once) {
            std::vector<SendRequest> batch;
            for (std::uint32_t n = i; n < i + at_once; ++n) {
                batch.push_back(request(1 + n % victims, n % at_places));
            }
            enqueue_all(std::move(batch));
        }
        ASSERT_TRUE(
            tests::eventually(loop_, [&] { return read(store::OutboxTable::pending) == 0 && tasks_.active() == 0; }));
    }
    /// How often each budget said no.
    [[nodiscard]] std::map<std::string, int> refusals() const {
        std::map<std::string, int> counts;
        read([&](const store::ReadTxn& txn) {
            store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                counts[message.why] += message.state == MessageState::refused ? 1 : 0;
                return true;
            });
            return 0;
        });
        return counts;
    }
    [[nodiscard]] bool is_served(SendRequest made) {
        const auto number = enqueue(std::move(made));
        return message(number).state != MessageState::refused && becomes(number, MessageState::sent);
    }

    std::vector<std::pair<Medium, bool>> alarms_;
};

TEST_F(APumper, T7_IsStoppedAtTheBudgetOfTheSiteWhileOthersAreServed) {
    begin();
    pump();
    EXPECT_EQ(sms_.seen.size(), settings_.budgets.sms.site / 2U);
    EXPECT_EQ(refusals()["budget:site"] + refusals()["budget:account"], requests - 60);
    EXPECT_EQ(alarms_, (std::vector{std::pair(Medium::sms, true)})) << "nobody typed one of these codes";
    EXPECT_FALSE(is_served(request(people + 1, places + 1))) << "another outsider";
    EXPECT_TRUE(is_served(request(people + 1, places + 1, true))) << "who typed a right password";
    EXPECT_TRUE(is_served(request(1, 0, true))) << "also one who was attacked, at a place that was used for it";
    SendRequest by_mail = request(people + 1, places + 1);
    by_mail.medium = Medium::mail;
    EXPECT_TRUE(is_served(std::move(by_mail))) << "another medium has budgets of its own";
}

TEST_F(APumper, T7_IsStoppedAtEachOtherBudgetToo) {
    settings_.budgets.sms = {4, 1000, 1000, 1000, 1000, 50};
    begin();
    pump(3);
    EXPECT_EQ(sms_.seen.size(), 3U * 2);
    EXPECT_EQ(refusals()["budget:account"], requests - 6);
    settings_.budgets.sms = {1000, 8, 1000, 1000, 1000, 50};
    outbox_->set(settings_);
    sms_.seen.clear();
    pump(3);
    EXPECT_EQ(sms_.seen.size(), 3U * 2) << "each has had two";
    settings_.budgets.sms = {1000, 1000, 1000, 40, 1000, 50};
    outbox_->set(settings_);
    sms_.seen.clear();
    clock_.advance(25h);
    pump(people, 2);
    EXPECT_EQ(sms_.seen.size(), 2U * 20);
    settings_.budgets.sms = {1000, 1000, 70, 1000, 1000, 50};
    outbox_->set(settings_);
    sms_.seen.clear();
    clock_.advance(25h);
    pump();
    EXPECT_EQ(sms_.seen.size(), 35U);
    EXPECT_EQ(refusals()["budget:country"], requests - 35);
}

// The check of the tests above: without budgets each request is a message, and without a share for those who proved
// something, outsiders end their codes.
TEST_F(APumper, T7_WouldSendEverythingWithoutBudgets) {
    settings_.budgets.sms = {100000, 100000, 100000, 100000, 100000, 100};
    begin();
    pump();
    EXPECT_EQ(sms_.seen.size(), static_cast<std::size_t>(requests));
}

TEST_F(APumper, T7_WouldStarveOthersWithoutAShareOfTheirOwn) {
    settings_.budgets.sms.unproven_percent = 100;
    begin();
    pump();
    EXPECT_FALSE(is_served(request(people + 1, places + 1, true)));
}

TEST_F(APumper, T7_RaisesNoAlarmWherePeopleTypeTheirCodes) {
    settings_.budgets.sms = {1000, 1000, 1000, 1000, 1000, 100};
    begin();
    for (std::uint32_t uid = 1; uid <= people; ++uid) {
        ASSERT_TRUE(is_served(request(uid, uid)));
        if (uid % 3 == 0) {
            write(outbox_->code_used(model::Uid{uid}, "one_time_code"));
        }
    }
    EXPECT_TRUE(alarms_.empty());
    EXPECT_FALSE(courier_->alarming(Medium::sms));
}

} // namespace
} // namespace loquet::outbox
