// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace loquet::plugins_smtp {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string body(std::string_view text) {
    std::string out;
    append_quoted_printable(out, text);
    return out;
}

/// No octet that a server could take for more than it is.
bool is_sound(const std::string& wire) {
    std::istringstream lines(wire);
    for (std::string line; std::getline(lines, line);) {
        if (!line.ends_with('\r') || line.size() > 999 || line == ".\r"
            || std::any_of(line.begin(), line.end() - 1, [](char c) { return c < ' ' || c > '~'; })) {
            return false;
        }
    }
    return true;
}

TEST(AHeadersText, IsItselfWhereItCanBe) {
    EXPECT_EQ(unstructured("Your code"), "Your code");
    EXPECT_EQ(unstructured(""), "");
    EXPECT_EQ(phrase("Kiosk 4"), "Kiosk 4");
    EXPECT_EQ(phrase("Loquet, Inc."), "=?UTF-8?B?TG9xdWV0LCBJbmMu?=");
    EXPECT_EQ(unstructured("=?UTF-8?B?eA==?="), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
}

TEST(AHeadersText, BecomesEncodedWordsThatDivideNoCharacter) {
    EXPECT_EQ(unstructured("Vérifié"), "=?UTF-8?B?VsOpcmlmacOp?=");
    std::string text = "xx";
    for (int n = 0; n < 40; ++n) {
        text += "é"; // the 45th octet is the first half of one
    }
    const std::string first = encoded_words(text);
    EXPECT_EQ(first.substr(0, first.find('\r')),
              "=?UTF-8?B?eHjDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k=?=");
    std::istringstream lines(encoded_words(text + text));
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 76U);
    }
}

TEST(ABody, IsQuotedPrintable) {
    EXPECT_EQ(body("Code: 482915"), "Code: 482915\r\n");
    EXPECT_EQ(body("À bientôt = 1\n\nfin "), "=C3=80 bient=C3=B4t =3D 1\r\n\r\nfin=20\r\n");
    EXPECT_EQ(body("From me\n.\n..x\n. y"), "=46rom me\r\n=2E\r\n=2E.x\r\n=2E y\r\n");
    EXPECT_EQ(body(std::string(75, 'x')), std::string(75, 'x') + "\r\n");
    EXPECT_EQ(body(std::string(75, 'x') + "."), std::string(75, 'x') + "=\r\n=2E\r\n");
}

TEST(ADate, IsWrittenAsMailDoes) {
    EXPECT_EQ(mail_date(1'795'680'000'000), "Thu, 26 Nov 2026 08:00:00 +0000");
    EXPECT_EQ(mail_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
}

TEST(AMail, HasTheFieldsOfAMachinesMail) {
    const std::string mail = compose({"kiosk@example.org", "Loquet", "anne@example.org", "Code", "482915",
                                      "9f86d081884c7d659a2feaa0c55ad015", "fr_FR.UTF-8", 1'795'680'000'000});
    EXPECT_EQ(mail, "From: Loquet\r\n <kiosk@example.org>\r\n"
                    "To: anne@example.org\r\n"
                    "Subject: Code\r\n"
                    "Date: Thu, 26 Nov 2026 08:00:00 +0000\r\n"
                    "Message-ID: <9f86d081884c7d659a2feaa0c55ad015@example.org>\r\n"
                    "Auto-Submitted: auto-generated\r\n"
                    "Content-Language: fr\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n"
                    "\r\n"
                    "482915\r\n");
}

TEST(AMail, T5_HasNoBareLineEndAndNoLoneDotWhateverTheTextHolds) {
    const std::string hostile = "a\n.\nMAIL FROM:<x@y>\r\n.\r\nRCPT TO:<z@y>\r.\r" + std::string("\0\x7f", 2) + "é";
    EXPECT_TRUE(is_sound(compose({"a@b", hostile, "c@d", hostile, hostile, "0", hostile, 0})));
    EXPECT_FALSE(is_sound("Subject: x\r\n\r\n" + hostile + "\r\n")) << "the careless way, pasted, is found";
    EXPECT_FALSE(is_sound("a\n.\nb\r\n"));
    EXPECT_FALSE(is_sound("a\r\n.\r\nb\r\n"));
}

TEST(AMail, T4_HasNoMoreFieldsWhateverNameAndSubjectHold) {
    const std::string hostile = "x\r\nBcc: victim@example.org\r\n\r\nbody";
    const std::string mail = compose({"a@b", hostile, "c@d", hostile, "text", "0", hostile, 0});
    EXPECT_THAT(mail, testing::Not(HasSubstr("Bcc")));
    EXPECT_THAT(mail.substr(mail.find("\r\n\r\n")), StartsWith("\r\n\r\ntext"));
    EXPECT_THAT("Subject: " + hostile, HasSubstr("\r\nBcc: victim")) << "the careless way, pasted, is found";
}

} // namespace
} // namespace loquet::plugins_smtp
