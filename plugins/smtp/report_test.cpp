// SPDX-License-Identifier: LGPL-2.1-or-later
// Reports as mail servers write them (tests/fuzz/bounces/corpus), and what only looks like one.
#include "paths.h"
#include "plugins/smtp/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace loquet::plugins_smtp {
namespace {

using Outcome = sdk::Receipt::Outcome;

const std::string reference = "9f86d081884c7d659a2feaa0c55ad015";

std::string corpus(const std::string& name) {
    std::ifstream file(LOQUET_SOURCE_DIR "/tests/fuzz/bounces/corpus/" + name);
    std::string mail(std::istreambuf_iterator<char>(file), {});
    EXPECT_FALSE(mail.empty()) << name;
    return mail;
}

/// A report whose three parts a test chooses.
std::string report(const std::string& message, const std::string& recipients, const std::string& returned = "") {
    return "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
           "--b\nContent-Type: message/delivery-status\n\n"
           + message + "\n" + recipients + "--b\nContent-Type: text/rfc822-headers\n\n" + returned + "\n--b--\n";
}
const std::string failed = "Action: failed\nStatus: 5.1.1\n\n";
const std::string ours = "Original-Envelope-Id: <" + reference + ">\n";

struct Known {
    const char* mail;
    Outcome outcome;
    const char* said;
};

class AReport : public testing::TestWithParam<Known> {};

TEST_P(AReport, SaysWhatBecameOfAMessageOfOurs) {
    const auto receipt = read_report(corpus(GetParam().mail));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->reference, reference);
    EXPECT_EQ(receipt->outcome, GetParam().outcome);
    EXPECT_EQ(receipt->said, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Of, AReport,
    testing::Values(
        Known{"postfix_failed", Outcome::failed,
              "failed 5.1.1: 550 5.1.1 <anne.legall@example.net>: Recipient address rejected: User unknown"},
        Known{"postfix_delayed", Outcome::delayed,
              "delayed 4.4.1: connect to mail.example.net[192.0.2.7]:25: Connection timed out"},
        Known{"exim_failed", Outcome::failed, "failed 5.0.0: 550 No such user here"},
        Known{"exchange_failed", Outcome::failed,
              "failed 5.1.10: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"},
        Known{"sendmail_delivered", Outcome::delivered, "delivered 2.1.5"},
        Known{"relayed", Outcome::delayed, "relayed 2.0.0"}),
    [](const auto& test) { return std::string(test.param.mail); });

TEST(AReportOfAnother, IsNone) {
    for (const char* mail : {"a_reply", "disposition"}) {
        EXPECT_FALSE(read_report(corpus(mail))) << mail;
    }
    EXPECT_FALSE(read_report(""));
    EXPECT_FALSE(read_report("\n"));
    EXPECT_FALSE(read_report(report("", failed))) << "it names no message";
    EXPECT_FALSE(read_report(report("", failed, "Message-ID: <20261126080003.7C2B0403A1@example.org>")));
    EXPECT_FALSE(read_report(report(ours, ""))) << "it says nothing of it";
    EXPECT_FALSE(read_report(report(ours, "Action: lost\n\n")));
    EXPECT_TRUE(read_report(report(ours, failed)));
}

// T29: an outsider can write all of it but the reference, which only who has seen the message knows.
TEST(AReportOfAnother, T29_CannotBeForgedWithoutTheReference) {
    for (const std::string& guess :
         {std::string("*"), reference.substr(1), reference + "0", "<" + reference.substr(0, 31) + "g>",
          std::string(32, 'A'), std::string("<>"), std::string(4096, 'a')}) {
        EXPECT_FALSE(read_report(report("Original-Envelope-Id: " + guess + "\n", failed))) << guess;
        EXPECT_FALSE(read_report(report("", failed, "Message-ID: <" + guess + "@example.org>"))) << guess;
    }
}

TEST(AReport, NamesTheMessageByTheEnvelopeOrByTheReturnedHeaders) {
    const std::string another(32, '0');
    EXPECT_EQ(read_report(report(ours, failed, "Message-ID: <" + another + "@example.org>"))->reference, reference);
    EXPECT_EQ(
        read_report(report("Original-Envelope-Id: QQ314159\n", failed, "message-id: <" + another + "@a>"))->reference,
        another);
    EXPECT_EQ(read_report(report("Original-Envelope-Id: +3C" + reference + "+3e\n", failed)), std::nullopt)
        << "xtext has capital letters";
}

TEST(AReport, IsReadAsFarAsItsLimits) {
    const std::string mail = report(ours, failed);
    const std::string padding(longest_report - mail.size(), '\n');
    EXPECT_TRUE(read_report(mail + padding));
    EXPECT_FALSE(read_report(mail + padding + "\n")) << "one byte more";

    const auto behind = [&](int parts) {
        std::string many = "Content-Type: multipart/report; boundary=b\n\n";
        for (int n = 0; n < parts; ++n) {
            many += "--b\n\n";
        }
        return many + mail.substr(mail.find("--b"));
    };
    EXPECT_TRUE(read_report(behind(13)));
    EXPECT_FALSE(read_report(behind(16)));

    const auto recipients = [&](std::size_t others) {
        std::string all;
        for (std::size_t n = 0; n < others; ++n) {
            all += "Final-Recipient: rfc822; a@b\n\n";
        }
        return report(ours, all + failed);
    };
    EXPECT_TRUE(read_report(recipients(15)));
    EXPECT_FALSE(read_report(recipients(16)));
}

TEST(AReport, HasABoundaryOfAtMostSeventyCharacters) {
    const auto with = [](const std::string& boundary) {
        std::string mail = report(ours, failed);
        for (std::size_t at = mail.find("--b"); at != std::string::npos; at = mail.find("--b", at + boundary.size())) {
            mail.replace(at, 3, "--" + boundary);
        }
        return mail.replace(mail.find("\"b\""), 3, "\"" + boundary + "\"");
    };
    EXPECT_TRUE(read_report(with(std::string(70, 'x'))));
    EXPECT_FALSE(read_report(with(std::string(71, 'x'))));
}

TEST(AReport, ThatIsCutOffIsReadAsFarAsItGoes) {
    const std::string mail = corpus("postfix_failed");
    const std::size_t end = mail.find("Diagnostic-Code");
    EXPECT_EQ(read_report(mail.substr(0, end))->said, "failed 5.1.1");
    EXPECT_FALSE(read_report(mail.substr(0, mail.find("Action:"))));
}

TEST(MailFields, AreUnfoldedAndLimited) {
    std::string_view text =
        "Subject: a\r\n b\n\tc \nX: 1\nx: 2\n no field\n \n: none\nNo Colon\n folded nowhere\r\n\r\nbody";
    const MailFields fields(text);
    EXPECT_EQ(text, "body");
    EXPECT_EQ(fields.find("SUBJECT"), "a b c");
    EXPECT_EQ(fields.find("x"), "1");
    EXPECT_EQ(fields.find("No Colon"), "");

    std::string many;
    for (std::size_t n = 1; n <= MailFields::most_fields + 1; ++n) {
        many += "F" + std::to_string(n) + ": x\n";
    }
    std::string_view rest = many;
    const MailFields most(rest);
    EXPECT_EQ(most.find("F" + std::to_string(MailFields::most_fields)), "x");
    EXPECT_EQ(most.find("F" + std::to_string(MailFields::most_fields + 1)), "");

    const std::string wide = "W: " + std::string(MailFields::longest_field + 1, 'w') + "\n";
    std::string_view line = wide;
    EXPECT_EQ(MailFields(line).find("W").size(), MailFields::longest_field);
}

TEST(AContentType, IsReadWithItsParameters) {
    const ContentType plain("Multipart/Report ; REPORT-TYPE=Delivery-Status;boundary=abc ; x=y");
    EXPECT_EQ(plain.type, "multipart/report");
    EXPECT_EQ(plain.report_type, "delivery-status");
    EXPECT_EQ(plain.boundary, "abc");
    EXPECT_EQ(ContentType("a/b; boundary=\"x;\\\"y\\\" z\"; boundary=second").boundary, "x;\"y\" z");
    for (const char* odd : {"", ";", ";;=;", "a/b;boundary", "a/b;boundary=", "a/b;boundary=\""}) {
        EXPECT_EQ(ContentType(odd).boundary, "") << odd;
    }
    EXPECT_EQ(ContentType("a/b;boundary=\"open").boundary, "open");
    EXPECT_EQ(ContentType("a/b;boundary=\"\\").boundary, "\\");
}

} // namespace
} // namespace loquet::plugins_smtp
