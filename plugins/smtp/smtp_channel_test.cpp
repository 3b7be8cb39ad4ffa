// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel against servers on the loopback: aiosmtpd, and scripts of what a server should not do.
#include "plugins/smtp/mail_transfer.h"
#include "tests/support/mail_server.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace loquet::plugins_smtp {
namespace {

using sdk::DeliveryOutcome;
using testing::HasSubstr;
using testing::Not;
using tests::TestDelivery;

TEST_F(AMailServer, TakesAMessageThatItsParserReads) {
    begin("good", false);
    const DeliveryOutcome told = channel().deliver({.subject = "Votre code à usage unique, valable dix minutes, pour "
                                                               "le poste de l'accueil",
                                                    .text = "Votre code est 482915.\n.\nÀ bientôt"});
    ASSERT_EQ(told.kind, DeliveryOutcome::Kind::sent) << told.said;
    EXPECT_EQ(told.said, "250 2.0.0 Ok: queued as 4FZk1q0");
    EXPECT_EQ(told.gateway_reference, "4FZk1q0");
    EXPECT_EQ(content("0.fields"),
              "From: Loquet à l'accueil <kiosk@example.org>\n"
              "To: anne.legall@example.org\n"
              "Subject: Votre code à usage unique, valable dix minutes, pour le poste de l'accueil\n"
              "Date: Thu, 26 Nov 2026 08:00:00 +0000\n"
              "Message-ID: <9f86d081884c7d659a2feaa0c55ad015@example.org>\n"
              "Auto-Submitted: auto-generated\n"
              "Content-Language: fr\n"
              "MIME-Version: 1.0\n"
              "Content-Type: text/plain; charset=\"utf-8\"\n"
              "Content-Transfer-Encoding: quoted-printable\n"
              "\n"
              "Votre code est 482915.\n.\nÀ bientôt\n");
    EXPECT_THAT(channel().logged(), testing::IsEmpty());
}

TEST_F(AMailServer, KeepsItsConnectionForTheNextMessage) {
    begin("takes");
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(times("EHLO"), 1U);
    EXPECT_EQ(times("MAIL FROM"), 2U);
}

TEST_F(AMailServer, TakesSixteenAtOnce) {
    begin("slow");
    std::vector<std::uint64_t> ids;
    for (int n = 0; n < 16; ++n) {
        ids.push_back(channel().submit({}));
    }
    for (const std::uint64_t id : ids) {
        EXPECT_EQ(channel().outcome(id).kind, DeliveryOutcome::Kind::sent);
    }
    EXPECT_LE(times("EHLO"), 8U);
    EXPECT_EQ(times("RCPT TO:<anne.legall@example.org>\r\n"), 16U);
}

TEST_F(AMailServer, T29_KeepsNoOtherMailWaitingWithAnAnswerThatItDoesNotGive) {
    begin("mute_once");
    const std::uint64_t first = channel().submit({});
    ASSERT_TRUE(tests::eventually([&] { return std::filesystem::exists(folder_ / "0.fields"); }));
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_FALSE(channel().has_told(first)) << "it may have arrived: nobody knows yet";
}

TEST_F(AMailServer, T29_ThatOwesAnAnswerIsNotAskedAgainByTheSameConnection) {
    begin("mute_once");
    options_.set("seconds", 8);
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::lost);
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(times("EHLO"), 2U) << "or its late answer would be the one to the next mail";
}

TEST_F(AMailServer, HearsTheNameOfTheMessageWhereItReportsByIt) {
    begin("takes");
    options_.set("dsn", 1, LOQUET_OPTION_BOOLEAN);
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_THAT(content("wire"), HasSubstr("MAIL FROM:<kiosk@example.org> RET=HDRS "
                                           "ENVID=<9f86d081884c7d659a2feaa0c55ad015>\r\n"));
}

struct Answer {
    const char* behaviour;
    DeliveryOutcome::Kind kind;
    const char* said;
    bool complain; ///< the operator is told
};

/// For the name that ctest lists.
void PrintTo(const Answer& answer, std::ostream* out) { // NOLINT(readability-identifier-naming): GoogleTest's name
    *out << answer.behaviour;
}

class AnOddMailServer : public AMailServer, public testing::WithParamInterface<Answer> {};

TEST_P(AnOddMailServer, T29_LeadsToWhatIsSpecified) {
    begin(GetParam().behaviour);
    options_.set("seconds", 2); // only what never answers needs it
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, GetParam().kind) << told.said;
    EXPECT_THAT(told.said, HasSubstr(GetParam().said));
    EXPECT_THAT(told.said, Not(HasSubstr("482915")));
    EXPECT_EQ(!channel().logged().empty(), GetParam().complain) << channel().logged();
    channel().deliver({});
    EXPECT_LE(std::ranges::count(channel().logged(), '\n'), 2);
}

constexpr auto retry = DeliveryOutcome::Kind::retry;
constexpr auto refused = DeliveryOutcome::Kind::refused;
constexpr auto lost = DeliveryOutcome::Kind::lost;
INSTANTIATE_TEST_SUITE_P(
    All, AnOddMailServer,
    testing::Values(Answer{"refuses_rcpt", refused, "550 5.1.1 no such mailbox", false},
                    Answer{"defers_rcpt", retry, "451 4.7.1 greylisted", false},
                    Answer{"refuses_text", retry, "554 5.7.1 spam", true},
                    Answer{"defers_text", retry, "452 4.3.1 disk full", false},
                    Answer{"repeats_text", retry, "(it repeats the message, and is not quoted)", true},
                    Answer{"wants_login", retry, "530 5.7.0 authentication required", true},
                    Answer{"drops_early", retry, "", true}, Answer{"drops", lost, "", true},
                    Answer{"mute", lost, "", true}, Answer{"cuts", lost, "", true}, Answer{"garbage", retry, "", true},
                    Answer{"silent", retry, "timed out", true}, Answer{"wrong_name_tls", retry, "", true}),
    [](const auto& odd) { return std::string(odd.param.behaviour); });

TEST_F(AMailServer, OfAWrongNameIsGivenNothing) {
    begin("wrong_name", false);
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::retry);
    EXPECT_THAT(told.said, HasSubstr("no alternative certificate subject name matches"));
    EXPECT_THAT(channel().logged(), HasSubstr("no alternative certificate subject name matches"));
    EXPECT_EQ(times("AUTH") + times("MAIL"), 0U);
}

TEST_F(AMailServer, WithoutTlsIsGivenNothing) {
    begin("no_tls", false);
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::retry) << told.said;
    EXPECT_EQ(times("AUTH") + times("MAIL"), 0U);
}

TEST_F(AMailServer, ThatDoesNotKnowUsIsTheOperatorsMatter) {
    password_ = "wrong";
    begin("good", false);
    const DeliveryOutcome told = channel().deliver({});
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::retry);
    EXPECT_THAT(channel().logged(), HasSubstr("535"));
    EXPECT_THAT(channel().logged(), Not(HasSubstr("wrong")));
    EXPECT_EQ(times("MAIL"), 0U);
}

TEST_F(AMailServer, T3_SeesNothingOfAnAddressWithAnOctetThatItCouldMisread) {
    begin("takes");
    std::vector<std::string> bad{"a@b>\r\nRCPT TO:<c@d", "<a@b>", "a@b> SIZE=1", ""};
    for (int octet = 0; octet < 0x21; ++octet) {
        bad.push_back(std::string("anne") + static_cast<char>(octet) + "@example.org");
        bad.push_back("anne@example.org" + std::string(1, static_cast<char>(octet)));
    }
    for (const char octet : {'\x7f', '<', '>'}) {
        bad.push_back(std::string("anne") + octet + "@example.org");
        bad.push_back(std::string("anne@example.org") + octet);
    }
    for (const std::string& destination : bad) {
        EXPECT_EQ(channel().deliver({.destination = destination}).kind, DeliveryOutcome::Kind::refused) << destination;
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "wire")) << "no connection";
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent) << "and the others are good";
}

TEST_F(AMailServer, T3_WouldSeeASecondRecipientWithoutThatCheck) {
    begin("takes");
    const auto values = options_.values();
    const Relay relay{sdk::Options(values.data(), values.size())};
    const std::string destination = "anne@example.org>\r\nRCPT TO:<victim@example.org";
    loquet_delivery delivery{};
    delivery.destination = sdk::text(destination);
    delivery.expires = 4'102'444'800'000;
    delivery::TransferThreads careless(1);
    careless.begin(1, std::make_unique<MailTransfer>(relay, sdk::Delivery(delivery), [](const std::string&) {}));
    const loquet_channel_output none{sizeof none,
                                     nullptr,
                                     [](void*, std::uint64_t, loquet_text, loquet_text) {},
                                     [](void*, std::uint64_t, std::uint32_t, loquet_text) {},
                                     [](void*, std::uint64_t, loquet_text) {},
                                     [](void*, std::uint64_t, loquet_text) {},
                                     nullptr,
                                     nullptr};
    sdk::ChannelOutput out(none);
    careless.work(-1, 20'000, out);
    EXPECT_THAT(content("wire"), HasSubstr("\r\nRCPT TO:<victim@example.org>\r\n"));
}

TEST_F(AMailServer, T4_SeesNothingOfASubjectThatCouldPlantAField) {
    begin("takes");
    EXPECT_EQ(channel().deliver({.subject = "x\r\nBcc: victim@example.org"}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "wire"));
    options_.set("from_name", "x\r\nBcc: victim@example.org");
    EXPECT_THROW(Driver{options_}, sdk::Refusal);
}

TEST_F(AMailServer, T5_SeesNoBareLineEnd) {
    begin("takes");
    EXPECT_EQ(channel().deliver({.text = "x\n.\nMAIL FROM:<a@b>\n..\ny"}).kind, DeliveryOutcome::Kind::sent);
    const std::string wire = content("wire");
    for (std::size_t at = wire.find('\n'); at != std::string::npos; at = wire.find('\n', at + 1)) {
        EXPECT_EQ(wire.at(at - 1), '\r');
    }
    EXPECT_THAT(content("0.fields"), HasSubstr("\n\nx\n.\nMAIL FROM:<a@b>\n..\ny"));
}

TEST_F(AMailServer, IsGivenNothingThatIsOver) {
    begin("takes");
    EXPECT_EQ(channel().deliver({.expires = 1}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "wire"));
}

TEST_F(AMailServer, IsHeardOfLaterWhereItsReportsArrive) {
    begin("takes");
    const std::string mails = folder_ / "bounces";
    for (const char* part : {"", "/new", "/cur", "/tmp"}) {
        std::filesystem::create_directory(mails + part);
    }
    options_.set("bounces", mails);
    EXPECT_THAT(channel().ask_receipts(false).receipts, testing::IsEmpty()) << "nothing arrived yet";
    std::filesystem::copy_file(LOQUET_SOURCE_DIR "/tests/fuzz/bounces/corpus/postfix_failed", mails + "/new/1");
    for (const bool kept : {true, false}) { // kept is the answer before
        const auto told = channel().ask_receipts(kept);
        ASSERT_THAT(told.receipts, testing::SizeIs(1));
        EXPECT_EQ(told.receipts[0].reference, TestDelivery().reference);
        EXPECT_EQ(told.receipts[0].outcome, sdk::Receipt::Outcome::failed);
        EXPECT_FALSE(told.more);
    }
    EXPECT_THAT(channel().ask_receipts(true).receipts, testing::IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(mails + "/new"));
    EXPECT_EQ(channel().deliver({}).kind, DeliveryOutcome::Kind::sent) << "and mail goes out all the while";
}

TEST_F(AMailServer, WhoseReportsCannotBeReadIsTheOperatorsMatterOnce) {
    begin("takes");
    std::filesystem::create_directory(folder_ / "bounces"); // a folder, and no maildir
    options_.set("bounces", folder_ / "bounces");
    EXPECT_THAT(channel().ask_receipts(false).receipts, testing::IsEmpty());
    EXPECT_THAT(channel().ask_receipts(false).receipts, testing::IsEmpty());
    EXPECT_THAT(channel().logged(), HasSubstr("what came back is not read: cannot read"));
    EXPECT_EQ(std::ranges::count(channel().logged(), '\n'), 1);
}

TEST_F(AMailServer, WhoseReportsAreToComeFromAFileOfMailsIsRefusedWithTheWordMaildir) {
    begin("takes");
    std::ofstream(folder_ / "mbox") << "From MAILER-DAEMON Thu Nov 26 08:00:03 2026\n\n";
    options_.set("bounces", folder_ / "mbox");
    try {
        const Driver driver(options_);
        FAIL() << "it was taken";
    } catch (const sdk::Refusal& refusal) {
        EXPECT_THAT(refusal.what(), HasSubstr("only a Maildir is read"));
    }
}

TEST_F(AMailServer, IsToldApartFromNonsenseInItsOptions) {
    begin("takes");
    const std::vector<std::pair<const char*, std::string>> bad{{"server", ""},          {"server", "a/b"},
                                                               {"server", "user@host"}, {"security", "maybe"},
                                                               {"ca_file", "ca"},       {"ca_file", "/absent"},
                                                               {"from", "nobody"},      {"our_name", "a b"},
                                                               {"user", "a\nb"},        {"password_file", "/absent"},
                                                               {"bounces", "var/mail"}};
    for (const auto& [name, value] : bad) {
        tests::ChannelOptions options = options_;
        options.set(name, value);
        EXPECT_THROW(Driver{options}, sdk::Refusal) << name << " = " << value;
    }
    options_.set("user", "otp").set("security", "none");
    EXPECT_THROW(Driver{options_}, sdk::Refusal) << "a password in the clear";
}

} // namespace
} // namespace loquet::plugins_smtp
