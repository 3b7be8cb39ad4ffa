// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace loquet::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Files = std::map<std::string, std::string>;

ReadService reader_of(const Files& files) {
    return [files](const std::string& name) {
        const auto found = files.find(name);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
}

// Debian 12's, as pam-auth-update writes them with Loquet in them.
const Files debian{
    {"common-auth",
     "auth\t[success=2 auth_err=die maxtries=die perm_denied=die authinfo_unavail=die service_err=die conv_err=die "
     "default=ignore]\tpam_loquet.so\n"
     "auth\t[success=1 default=ignore]\tpam_unix.so nullok try_first_pass\n"
     "auth\trequisite\t\t\tpam_deny.so\n"
     "auth\trequired\t\t\tpam_permit.so\n"},
    {"common-account",
     "account [success=2 new_authtok_reqd=done perm_denied=die auth_err=die default=ignore] pam_loquet.so\n"
     "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
     "account requisite pam_deny.so\naccount required pam_permit.so\n"},
    {"common-password", "password [success=2 default=ignore] pam_unix.so obscure yescrypt\n"
                        "password [success=1 user_unknown=ignore default=die] pam_loquet.so try_first_pass\n"
                        "password requisite pam_deny.so\npassword required pam_permit.so\n"},
    {"common-session", "session [default=1] pam_permit.so\nsession requisite pam_deny.so\n"
                       "session required pam_permit.so\nsession required pam_unix.so\n"
                       "session optional pam_loquet.so\n"},
    {"common-session-noninteractive", "session required pam_unix.so\n"},
    {"login", "auth optional pam_faildelay.so delay=3000000\n@include common-auth\n@include common-account\n"
              "@include common-session\n@include common-password\n"},
    {"sshd", "@include common-auth\naccount required pam_nologin.so\n@include common-account\n"
             "@include common-session\n@include common-password\n"},
    {"su", "auth sufficient pam_rootok.so\n@include common-auth\n@include common-account\n@include common-session\n"},
    {"systemd-user", "@include common-account\nsession required pam_loginuid.so\n"
                     "@include common-session-noninteractive\n"},
    {"other", "@include common-auth\n@include common-account\n@include common-password\n@include common-session\n"}};

const std::vector<PamService> installed{{"login", {"auth", "account", "password", "session"}},
                                        {"sshd", {"auth", "account", "password", "session"}},
                                        {"su", {"auth", "account", "password", "session"}},
                                        {"systemd-user", {"account"}}};

std::vector<std::string> findings_with(const std::string& name, const std::string& text) {
    Files files = debian;
    files[name] = text;
    return pam_findings(installed, reader_of(files));
}

TEST(APamFile, IsReadAsLibpamReadsIt) {
    EXPECT_THAT(parse_pam("# comment\n"
                          "auth required pam_a.so one # two\n"
                          "-session\toptional\tpam_b.so\n"
                          "ACCOUNT [success=1 default=ignore] \\\n   /lib/security/pam_c.so arg\n"
                          "@include common-auth\n"
                          "auth include shared\r\n"
                          "password substack shared\n"
                          "\n"
                          "nonsense required pam_d.so\n"
                          "auth required\n"
                          "auth [success=1\n"),
                ElementsAre(PamLine{"auth", "required", "pam_a.so"}, PamLine{"session", "optional", "pam_b.so"},
                            PamLine{"account", "success=1 default=ignore", "/lib/security/pam_c.so"},
                            PamLine{"@include", "", "common-auth"}, PamLine{"auth", "include", "shared"},
                            PamLine{"password", "substack", "shared"}));
    EXPECT_THAT(parse_pam("auth required pam_a.so \\"), SizeIs(1)) << "a file may end in the middle of a line";
}

TEST(TheLogins, OfADebianWithLoquetAllAskIt) {
    EXPECT_THAT(pam_findings(installed, reader_of(debian)), IsEmpty());
}

TEST(TheLogins, WithoutLoquetAnywhereAreToldTogetherWithWhatToDo) {
    Files files = debian;
    for (auto& [name, text] : files) {
        for (std::size_t at = text.find("pam_loquet"); at != std::string::npos; at = text.find("pam_loquet")) {
            text.replace(at, 10, "pam_sss");
        }
    }
    EXPECT_THAT(
        pam_findings(installed, reader_of(files)),
        ElementsAre(HasSubstr("does not ask Loquet for account of systemd-user:"),
                    AllOf(HasSubstr("does not ask Loquet for auth, account, password and session of login, sshd "
                                    "and su:"),
                          HasSubstr("pam-auth-update --force"))));
}

TEST(TheLogins, WithLoquetInAuthAloneAreToldByStack) {
    Files files = debian;
    files["common-account"] = "account required pam_unix.so\n";
    files["common-password"] = "password required pam_unix.so\n";
    files["common-session"] = "session required pam_unix.so\n";
    EXPECT_THAT(pam_findings(installed, reader_of(files)),
                ElementsAre(HasSubstr("for account of systemd-user:"),
                            HasSubstr("for account, password and session of login, sshd and su:")));
}

TEST(TheLogins, BehindALineThatEndsThemDoNotComeToLoquet) {
    for (const char* text : {"auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
                             "auth required pam_permit.so\nauth sufficient pam_loquet.so\n",
                             "auth [success=ok default=die] /lib/security/pam_deny.so\nauth required pam_loquet.so\n",
                             "auth [default=2] pam_permit.so\nauth required pam_loquet.so\nauth required pam_unix.so\n",
                             "auth sufficient pam_permit.so\nauth required pam_loquet.so\n"}) {
        EXPECT_THAT(findings_with("common-auth", text),
                    ElementsAre(HasSubstr("PAM does not come to Loquet for auth of login, sshd and su")))
            << text;
    }
    for (const char* text :
         {"auth required pam_permit.so\nauth required pam_loquet.so\n",
          "auth [default=1] pam_permit.so\nauth requisite pam_deny.so\nauth required pam_loquet.so\n",
          "auth optional pam_deny.so\nauth required pam_loquet.so\n"}) {
        EXPECT_THAT(findings_with("common-auth", text), IsEmpty()) << text;
    }
}

TEST(TheLogins, OfAServiceWithoutAStackHaveThatOfOther) {
    EXPECT_THAT(findings_with("su", "@include common-auth\n@include common-account\n@include common-session\n"),
                IsEmpty())
        << "password comes from other";
    Files files = debian;
    files["other"] = "auth required pam_deny.so\npassword required pam_deny.so\n";
    EXPECT_THAT(pam_findings(installed, reader_of(files)), ElementsAre(HasSubstr("for password of su:")));
    EXPECT_EQ(reach_of("pam_loquet.so", "kiosk", "auth", reader_of(debian)), Reach::reached) << "no such file";
    EXPECT_EQ(reach_of("pam_loquet.so", "kiosk", "auth", reader_of({})), Reach::absent);
}

TEST(TheLogins, AreFollowedThroughEveryKindOfIncludeAndFromNoneForEver) {
    for (const char* text : {"auth include common-auth\n", "auth substack common-auth\n", "@include common-auth\n"}) {
        EXPECT_EQ(
            reach_of("pam_loquet.so", "x", "auth", reader_of({{"x", text}, {"common-auth", debian.at("common-auth")}})),
            Reach::reached)
            << text;
    }
    EXPECT_EQ(reach_of("pam_loquet.so", "x", "auth", reader_of({{"x", "@include x\nauth include x\n"}})),
              Reach::absent);
    EXPECT_EQ(reach_of("pam_loquet.so", "x", "auth", reader_of({{"x", "auth include gone\n"}})), Reach::absent);
    EXPECT_EQ(reach_of("pam_loquet.so", "x", "auth",
                       reader_of({{"x", "account include all\n"}, {"all", "auth required pam_loquet.so\n"}})),
              Reach::absent)
        << "an include is of one type";
}

} // namespace
} // namespace loquet::cli
