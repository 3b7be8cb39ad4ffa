// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/name_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> findings_of_passwd(const std::string& sources) {
    return name_source_findings("group: files loquet\npasswd: " + sources + "\n");
}

TEST(TheSourcesOfNames, ThatComeToLoquetAreNoFinding) {
    for (const char* sources :
         {"files loquet", "files systemd loquet", "  files\tloquet sss # [NOTFOUND=return]",
          "files [UNAVAIL=return] loquet", "files [NOTFOUND=continue] loquet",
          "files [SUCCESS=merge] loquet [NOTFOUND=return] ldap", "files [!NOTFOUND=return] loquet",
          "files [NOTFOUND=return NOTFOUND=continue] loquet", "loquet"}) {
        EXPECT_THAT(findings_of_passwd(sources), IsEmpty()) << sources;
    }
}

TEST(TheSourcesOfNames, WithoutLoquetAreToldWithTheLineThatShouldStandThere) {
    for (const char* sources : {"files systemd", "", "files # loquet", "files loquet2", "files [loquet]"}) {
        EXPECT_THAT(findings_of_passwd(sources),
                    ElementsAre(AllOf(HasSubstr("'passwd' in /etc/nsswitch.conf does not name loquet"),
                                      HasSubstr("'passwd: files loquet'"))))
            << sources;
    }
    EXPECT_THAT(name_source_findings(""), ElementsAre(HasSubstr("'passwd'"), HasSubstr("'group'")));
    EXPECT_THAT(name_source_findings("passwd: files loquet\ngroup: files\n"), ElementsAre(HasSubstr("'group'")));
}

TEST(TheSourcesOfNames, ThatEndBeforeLoquetAreToldWithWhatEndsThem) {
    for (const char* sources :
         {"files [NOTFOUND=return] loquet", "files [notfound = return] loquet", "files [!SUCCESS=return] loquet",
          "files[NOTFOUND=return]loquet", "files [SUCCESS=continue NOTFOUND=return] systemd loquet",
          "files sss [!UNAVAIL=return] loquet"}) {
        EXPECT_THAT(findings_of_passwd(sources),
                    ElementsAre(AllOf(HasSubstr("'passwd' in /etc/nsswitch.conf ends at '"), HasSubstr("="),
                                      HasSubstr("Move loquet before it."))))
            << sources;
    }
}

TEST(TheSourcesOfNames, WithLoquetBeforeTheMachinesOwnUsersAreTold) {
    EXPECT_THAT(findings_of_passwd("loquet files"),
                ElementsAre(HasSubstr("'passwd' in /etc/nsswitch.conf has loquet before files")));
}

TEST(TheSourcesOfNames, OfInitgroupsMatterWhereThereIsSuchALine) {
    const std::string both = "passwd: files loquet\ngroup: files loquet\n";
    EXPECT_THAT(name_source_findings(both), IsEmpty());
    EXPECT_THAT(name_source_findings(both + "initgroups: files\n"), ElementsAre(HasSubstr("'initgroups'")));
    EXPECT_THAT(name_source_findings(both + "initgroups: files loquet\n"), IsEmpty());
    EXPECT_THAT(name_source_findings("passwd: files loquet\npasswd: files\ngroup: files loquet"), IsEmpty())
        << "the first line counts";
}

} // namespace
} // namespace loquet::cli
