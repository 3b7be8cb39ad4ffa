// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of a mail server that says no, at each stage, and what it says to QUIT afterwards.
#include "tests/support/mail_server.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace loquet::plugins_smtp {
namespace {

using sdk::DeliveryOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto sent = DeliveryOutcome::Kind::sent;
constexpr auto is_retry = DeliveryOutcome::Kind::retry;
constexpr auto is_refused = DeliveryOutcome::Kind::refused;
constexpr auto is_lost = DeliveryOutcome::Kind::lost;

struct Row {
    const char* name;
    const char* script; ///< tests/support/smtp_server.py
    DeliveryOutcome::Kind kind;
    const char* said;      ///< how it begins
    const char* advice;    ///< what else it says
    bool operator_is_told; ///< in the journal
};

/// For the name that ctest lists.
void PrintTo(const Row& row, std::ostream* out) { // NOLINT(readability-identifier-naming): GoogleTest's name
    *out << row.name;
}

class AMailServerThatRefuses : public AMailServer, public testing::WithParamInterface<Row> {};

TEST_P(AMailServerThatRefuses, T29_IsQuotedWithTheReplyThatRefusedAndNoLaterOne) {
    begin(GetParam().script);
    if (std::string_view(GetParam().script).find("AUTH=") != std::string_view::npos) {
        options_.set("user", "otp");
    }
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, GetParam().kind) << told.said;
    EXPECT_THAT(told.said, AllOf(StartsWith(GetParam().said), HasSubstr(GetParam().advice), Not(HasSubstr("Bye"))));
    EXPECT_LE(told.said.size(), 256U);
    EXPECT_TRUE(std::ranges::all_of(told.said, [](char c) { return c >= ' ' && c <= '~'; })) << told.said;
    EXPECT_THAT(told.said, AllOf(Not(HasSubstr("anne.legall")), Not(HasSubstr("482915"))));
    const std::string& logged = channel().logged();
    EXPECT_EQ(!logged.empty(), GetParam().operator_is_told) << logged;
    EXPECT_THAT(logged, AllOf(Not(HasSubstr("anne.legall")), Not(HasSubstr("482915")), Not(HasSubstr("relay-pw"))));
    if (GetParam().operator_is_told) {
        EXPECT_THAT(logged, HasSubstr(told.said)) << "the journal has the sentence, and what to do";
    }
    channel().deliver({});
    EXPECT_LE(std::ranges::count(channel().logged(), '\n'), 1) << "and has it once";
}

INSTANTIATE_TEST_SUITE_P(
    All, AMailServerThatRefuses,
    testing::Values(
        // The fault as it was reported.
        Row{"helo_at_rcpt", "RCPT=504 5.5.2 <kiosk>: Helo command rejected: need fully-qualified hostname", is_retry,
            "504 5.5.2 <kiosk>: Helo command rejected: need fully-qualified hostname (", "set our_name", true},
        Row{"client_at_rcpt", "RCPT=554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", is_retry,
            "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected", "look at user", true},
        Row{"sender_at_rcpt", "RCPT=553 5.7.1 <kiosk@example.org>: Sender address rejected: not owned by user otp",
            is_retry, "553 5.7.1 <kiosk@example.org>: Sender address rejected", "look at from", true},
        Row{"send_as", "RCPT=550 5.7.60 SMTP; Client does not have permissions to send as this sender", is_retry,
            "550 5.7.60 SMTP; Client does not have", "look at from", true},
        Row{"blocked", "RCPT=554 5.7.1 blocked", is_retry, "554 5.7.1 blocked (", "", true},
        Row{"no_such_user", "RCPT=550 5.1.1 <anne.legall@example.org>: User unknown", is_refused,
            "550 5.1.1 <***>: User unknown", "", false},
        Row{"login_at_mail", "MAIL=530 5.7.0 authentication required", is_retry, "530 5.7.0 authentication required (",
            "look at user", true},
        Row{"greets_521", "CONNECT=521 5.3.2 no mail here", is_retry, "521 5.3.2 no mail here (", "from this machine",
            true},
        Row{"greets_535", "CONNECT=535 5.7.8 not you", is_retry, "535 5.7.8 not you (", "", true},
        Row{"greets_554", "CONNECT=554 5.7.1 no service for you", is_retry, "554 5.7.1 no service for you (",
            "from this machine", true},
        // Its neighbours.
        Row{"ehlo", "EHLO=550 5.7.1 who are you|HELO=550 5.7.1 who are you", is_retry, "550 5.7.1 who are you (",
            "set our_name", true},
        Row{"auth", "AUTH=535 5.7.8 authentication failed", is_retry, "535 5.7.8 authentication failed (",
            "look at user", true},
        Row{"auth_for_now", "AUTH=454 4.7.0 the directory does not answer", is_retry,
            "454 4.7.0 the directory does not answer", "", true},
        Row{"mail_5_1_1", "MAIL=550 5.1.1 no such sender", is_retry, "550 5.1.1 no such sender (", "look at from",
            true},
        Row{"mail_4xx", "MAIL=451 4.3.0 later", is_retry, "451 4.3.0 later", "", false},
        Row{"relay_without_status", "RCPT=550 relay not permitted", is_retry, "550 relay not permitted (", "relay",
            true},
        Row{"qmail", "RCPT=550 sorry, no mailbox here by that name (#5.1.1)", is_refused,
            "550 sorry, no mailbox here by that name (#5.1.1)", "", false},
        Row{"full_at_rcpt", "RCPT=552 5.2.2 mailbox full", is_retry, "552 5.2.2 mailbox full (", "", true},
        Row{"size_at_text", ".=552 5.3.4 too large", is_retry, "552 5.3.4 too large (", "size", true},
        Row{"spam", ".=554 5.7.1 spam", is_retry, "554 5.7.1 spam (", "does not take this text", true},
        Row{"unknown_at_text", ".=550 5.1.1 no such user", is_refused, "550 5.1.1 no such user", "", false},
        Row{"data", "DATA=554 5.5.1 no valid recipients", is_retry, "554 5.5.1 no valid recipients (", "", true},
        Row{"several_lines", "RCPT=550-5.1.1 The account does not exist.^550-5.1.1 Please look at^550 5.1.1 the manual",
            is_refused, "550 5.1.1 The account does not exist. Please look at the manual", "", false},
        Row{"same_code_to_quit", "RCPT=550 5.1.1 no such user|QUIT=550 5.7.1 go away", is_refused,
            "550 5.1.1 no such user", "", false},
        Row{"several_lines_to_quit", "RCPT=554 5.7.1 blocked|QUIT=221-see you^221 2.0.0 Bye", is_retry,
            "554 5.7.1 blocked (", "", true},
        Row{"busy_at_rcpt", "RCPT=421 4.3.2 shutting down!", is_retry, "421 4.3.2 shutting down", "", false},
        Row{"busy_at_text", ".=421 4.4.2 timeout!", is_retry, "421 4.4.2 timeout", "", false},
        Row{"answers_ahead", "MAIL=250 ok^550 5.1.1 no such user|RCPT=-", is_refused, "550 5.1.1 no such user", "",
            false},
        Row{"long",
            "RCPT=554 5.7.1 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            is_retry, "554 5.7.1 xxxx", "may not relay", true},
        Row{"odd_octets", "RCPT=554 5.7.1 \x1b[31mred\x07", is_retry, "554 5.7.1 \\x1b[31mred\\x07 (", "", true},
        // Servers that go away without a word.
        Row{"gone_at_once", "CONNECT=!", is_retry, "the connection broke before the server answered", "", true},
        Row{"gone_at_ehlo", "EHLO=!|HELO=!", is_retry, "EHLO: the connection broke before the server answered", "",
            true},
        Row{"gone_at_auth", "AUTH=!", is_retry, "AUTH: the connection broke before the server answered", "", true},
        Row{"gone_at_rcpt", "RCPT=!", is_retry, "RCPT TO: the connection broke before the server answered", "", true},
        Row{"gone_at_text", ".=!", is_lost, "the text: the connection broke before the server answered", "", true}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(AMailServer, T29_IsQuotedWithAllLinesOfItsYes) {
    begin(".=250-2.0.0 Ok^250 2.0.0 queued as 4FZk1q0");
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, sent);
    EXPECT_EQ(told.said, "250 2.0.0 Ok queued as 4FZk1q0");
    EXPECT_EQ(told.gateway_reference, "4FZk1q0");
}

TEST_F(AMailServer, ThatSaysMoreThanTheLimitIsToldSo) {
    begin("garbage");
    EXPECT_EQ(channel().deliver({}).said, "the server says more than 64 KiB");
}

TEST_F(AMailServer, ThatMayNotLikeOurNameIsTheOperatorsMatterBeforeThereIsAMessage) {
    begin("takes");
    options_.set("our_name", "kiosk");
    EXPECT_THAT(channel().logged(),
                HasSubstr("our_name is \"kiosk\", without a domain, which many servers refuse (504"));
}

} // namespace
} // namespace loquet::plugins_smtp
