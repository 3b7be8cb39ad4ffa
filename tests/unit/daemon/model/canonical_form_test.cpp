// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/canonical_form.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

namespace loquet::model {
namespace {

using base::Error;

TEST(AnAccountsName, IsAcceptedInItsOneForm) {
    for (const std::string name : {"a", "_", "bonnie", "b.o-n_n1e", "_www", "a1", "x--y"}) {
        EXPECT_EQ(canonical_name(name), name);
    }
    EXPECT_EQ(canonical_name("BonniE"), "bonnie");
    const std::string longest(limits::account_name_bytes, 'a');
    EXPECT_EQ(canonical_name(longest), longest);
}

TEST(AnAccountsName, IsRefusedWhereItCouldMeanSomethingElse) {
    for (const std::string name : {"",    "1",   "007", "1a",  "-a",  ".",   "..",          ".a",   "a.", "a-", "a..b",
                                   "a/b", "a b", " a",  "a\n", "a:b", "a@b", "caf\xc3\xa9", "\xff", "a$", "*"}) {
        EXPECT_EQ(canonical_name(name), std::nullopt) << name;
        EXPECT_EQ(tests::kind_of_error([&] { (void)require_account_name(name); }), base::Error::Kind::invalid);
    }
    EXPECT_EQ(canonical_name(std::string("a\0b", 3)), std::nullopt);
    EXPECT_EQ(canonical_name(std::string(limits::account_name_bytes + 1, 'a')), std::nullopt);
}

TEST(AnAccountsName, IsTakenForTheSameInAnyCaseAndWidth) {
    for (const char* typed : {"aide", "AIDE", "\uFF41\uFF49\uFF44\uFF45", "\uFF21IDE"}) {
        EXPECT_EQ(name_in_any_width(typed), "aide") << typed;
    }
    for (const char* typed : {"", "aid\u00e9", "\u3000aide", "aide\uFF20", "\xff"}) {
        EXPECT_EQ(name_in_any_width(typed), std::nullopt) << typed;
    }
    EXPECT_EQ(name_in_any_width(std::string(limits::typed_name_bytes, 'a')), std::nullopt);
}

TEST(AnAccountsName, T22_IsMadePrintableInTheRefusal) {
    try {
        (void)require_account_name("a\x1b[2J");
        FAIL() << "it is no name";
    } catch (const base::Error& error) {
        EXPECT_EQ(std::string_view(error.what()).find('\x1b'), std::string_view::npos);
    }
}

TEST(AMailAddress, KeepsItsLocalPartAndLowersItsDomain) {
    EXPECT_EQ(require_mail("Ana.B+x@Example.ORG"), "Ana.B+x@example.org");
    EXPECT_EQ(require_mail("o'neil@host"), "o'neil@host");
    EXPECT_EQ(require_mail("jos\u00e9@example.org"), "jos\u00e9@example.org");
    EXPECT_EQ(require_mail(""), "");
}

TEST(AMailAddress, IsTheSameOneInAnyCaseAndBetweenBlanks) {
    for (const char* typed : {"ana.b+x@example.org", "Ana.B+X@EXAMPLE.org", "  ana.b+x@example.org\t"}) {
        EXPECT_EQ(canonical_mail(typed), "ana.b+x@example.org") << typed;
    }
    EXPECT_NE(canonical_mail("anab@example.org"), canonical_mail("ana.b@example.org"));
    for (const char* typed : {"", " ", "ana", "ana@", "@example.org", "ana@b@c", "ana b@example.org", "<ana@b.org>"}) {
        EXPECT_EQ(canonical_mail(typed), std::nullopt) << typed;
    }
    EXPECT_EQ(canonical_mail(std::string(limits::typed_name_bytes, 'a') + "@b.org"), std::nullopt);
}

TEST(AMailAddress, ThatCannotBeOneIsRefused) {
    for (const char* text : {"ana", "@example.org", "ana@", "a@b@c", "ana@exa mple", "ana b@example.org", "ana@.org",
                             "ana@org.", "ana@a..b", "<ana@example.org>", "ana@example.org>", "-f@example.org",
                             "ana@-example.org", "a,b@example.org", "ana@example.org\nBcc: b@example.org",
                             "ana\r@b.org", "an\xff@example.org", "\"a b\"@example.org", "ana@\u202eexample.org"}) {
        EXPECT_THROW((void)require_mail(text), Error) << text;
    }
}

TEST(AMailAddress, HasTheLengthsOfRfc5321) {
    const std::string local(limits::mail_local_bytes, 'l');
    const std::string domain(limits::mail_bytes - limits::mail_local_bytes - 1, 'd');
    EXPECT_NO_THROW((void)require_mail(local + "@" + domain));
    EXPECT_THROW((void)require_mail(local + "@" + domain + "d"), Error);
    EXPECT_THROW((void)require_mail(local + "l@d"), Error);
}

TEST(APhoneNumber, IsKeptAsE164) {
    EXPECT_EQ(require_phone("+33 6 12 34 56 78"), "+33612345678");
    EXPECT_EQ(require_phone("+1 (212) 555-0100"), "+12125550100");
    EXPECT_EQ(require_phone("+123456789012345"), "+123456789012345");
    EXPECT_EQ(require_phone("+1234567"), "+1234567");
    EXPECT_EQ(require_phone(""), "");
}

TEST(APhoneNumber, OfAnotherFormIsRefused) {
    for (const char* text : {"0612345678", "33612345678", "+", "+0612345678", "+1234567890123456", "+123456", "+33 six",
                             "+33612345678;ext=1", "++33612345678", "+1                              2345678"}) {
        EXPECT_THROW((void)require_phone(text), Error) << text;
    }
}

TEST(AMask, ShowsEnoughToRecogniseTheAddressAndNoMore) {
    EXPECT_EQ(masked_mail("ana.b@example.org"), "a***@e***.org");
    EXPECT_EQ(masked_mail("a@host"), "a***@h***");
    EXPECT_EQ(masked_mail("\u00e9ana@example.org"), "\u00e9***@e***.org");
    EXPECT_EQ(masked_mail(""), "");
    EXPECT_EQ(masked_phone("+33612345678"), "+33*******78");
    EXPECT_EQ(masked_phone("+1234"), "*****");
    EXPECT_EQ(masked_phone(""), "");
}

TEST(ACallingCode, IsOneTwoOrThreeDigits) {
    EXPECT_EQ(calling_code("+12025550123"), "1");
    EXPECT_EQ(calling_code("+79161234567"), "7");
    EXPECT_EQ(calling_code("+33612345678"), "33");
    EXPECT_EQ(calling_code("+989121234567"), "98");
    EXPECT_EQ(calling_code("+21612345678"), "216");
    EXPECT_EQ(calling_code("+881612345678"), "881");
}

TEST(ACallingCode, IsEmptyForWhatIsNoNumber) {
    for (const char* number : {"", "+", "33612345678", "+2", "+88", "+3a", "a@b"}) {
        EXPECT_EQ(calling_code(number), "") << number;
    }
}

} // namespace

} // namespace loquet::model
