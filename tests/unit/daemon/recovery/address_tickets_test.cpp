// SPDX-License-Identifier: LGPL-2.1-or-later
// Tickets whose code goes to an address that is to become the account's own.
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gmock/gmock.h>

#include <string>

namespace loquet::recovery {
namespace {

using base::Error;
using model::Medium;
using testing::IsEmpty;
using testing::SizeIs;

class ATicketForANewAddress : public TicketsFixture {
protected:
    static constexpr std::initializer_list<model::TicketType> changing{model::TicketType::change_address};

    [[nodiscard]] Tickets::Issue to(const std::string& address, Medium medium = Medium::mail) const {
        Tickets::Issue request = by_owner(medium);
        request.type = model::TicketType::change_address;
        request.destination = address;
        request.proven = true;
        return request;
    }
    [[nodiscard]] std::optional<Error::Kind> refusal_of(const Tickets::Issue& request) {
        return store::kind_thrown_by([&] { (void)tickets_->issue(request); });
    }
};

TEST_F(ATicketForANewAddress, IsSentThereThoughNobodyHasConfirmedAnything) {
    change_account(1, [](auto& account) { account.mail_confirmed = base::Milliseconds(0); });
    const std::string code = code_from(to("new@example.net"));
    EXPECT_EQ(why_refused(), "");
    EXPECT_EQ(message(newest_message()).masked, "n***@e***.net");
    EXPECT_EQ(message(newest_message()).text, "ticket.address_mail");
    ASSERT_THAT(list(), SizeIs(1));
    EXPECT_EQ(list().front().masked, "n***@e***.net");
    const auto match = find(code, 1, changing);
    ASSERT_TRUE(match);
    EXPECT_EQ(open(*match, 1), std::nullopt);
    EXPECT_FALSE(is_confirmed(account_of(1).private_part, Medium::mail)) << "the code says nothing of that one";
    EXPECT_FALSE(find(code)) << "it is no way to a new password";
}

TEST_F(ATicketForANewAddress, IsAnotherOneForAnotherAddressAndTheSameForTheSame) {
    const std::string first = code_from(to("new@example.net"));
    wait(resend_pause);
    EXPECT_EQ(code_from(to("new@example.net")), first);
    const std::string second = code_from(to("other@example.net"));
    EXPECT_NE(second, first) << "at once: it is no resend";
    EXPECT_FALSE(find(first, 1, changing));
    const auto match = find(second, 1, changing);
    ASSERT_TRUE(match);
    EXPECT_EQ(match->destination, store_->digest(store::DigestKind::mail, "other@example.net"));
}

TEST_F(ATicketForANewAddress, ByTelephoneStandsBesideThatByMail) {
    const std::string by_mail = code_from(to("new@example.net"));
    const std::string by_sms = code_from(to("+33699887766", Medium::sms));
    EXPECT_TRUE(find(by_mail, 1, changing));
    EXPECT_TRUE(find(by_sms, 1, changing));
}

TEST_F(ATicketForANewAddress, IsNotSharedWithAnAccountThatHasTheAddress) {
    EXPECT_THAT(issue(to(account_of(2).private_part.mail)).sent, SizeIs(1)) << "that would tell who has it";
}

TEST_F(ATicketForANewAddress, T7_IsMadeAFewTimesADayWhateverTheAddress) {
    for (std::uint32_t number = 0; number < most_address_codes; ++number) {
        EXPECT_THAT(issue(to("new" + std::to_string(number) + "@example.net")).sent, SizeIs(1));
    }
    EXPECT_EQ(refusal_of(to("last@example.net")), Error::Kind::limited);
    EXPECT_THAT(issue(by_owner(Medium::mail)).sent, SizeIs(1)) << "a recovery has its own count";
    wait(std::chrono::hours(24));
    EXPECT_THAT(issue(to("last@example.net")).sent, SizeIs(1));
}

TEST_F(ATicketForANewAddress, StaysGoodWhereItWasTheLastOfTheDay) {
    std::string last;
    for (std::uint32_t number = 1; number <= most_address_codes; ++number) {
        last = code_from(to("new" + std::to_string(number) + "@example.net"));
    }
    wait(resend_pause);
    const auto again = issue(to("new" + std::to_string(most_address_codes) + "@example.net"));
    EXPECT_THAT(again.sent, IsEmpty()) << "the day has no message left";
    EXPECT_TRUE(find(last, 1, changing)) << "and the owner has its code in hand";
}

TEST_F(ATicketForANewAddress, NamesItsAddressAndNoOtherOneDoes) {
    EXPECT_EQ(refusal_of(to("")), Error::Kind::invalid);
    Tickets::Issue recovery = by_owner(Medium::mail);
    recovery.destination = "stranger@example.net";
    EXPECT_EQ(refusal_of(recovery), Error::Kind::invalid);
    Tickets::Issue read_out = to("new@example.net");
    read_out.medium.reset();
    read_out.issuer = model::TicketIssuer::helpdesk;
    EXPECT_EQ(refusal_of(read_out), Error::Kind::invalid);
    EXPECT_THAT(list(), IsEmpty());
}

} // namespace
} // namespace loquet::recovery
