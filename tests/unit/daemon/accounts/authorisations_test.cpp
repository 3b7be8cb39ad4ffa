// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/authorisations.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

using base::Error;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Authorising, KeepsTheListSortedAndEachServiceOnce) {
    EXPECT_THAT(with_authorisation({"sshd"}, "login"), ElementsAre("login", "sshd"));
    EXPECT_THAT(with_authorisation({"login", "sshd"}, "sshd"), ElementsAre("login", "sshd"));
    EXPECT_THAT(with_authorisation({}, "*"), ElementsAre("*"));
    EXPECT_THAT(require_authorisations({"sudo", "login", "sudo"}), ElementsAre("login", "sudo"));
}

TEST(Authorising, RefusesWhatNamesNoService) {
    for (const char* text : {"", "a b", "../login", "sudo\n", "**"}) {
        EXPECT_THROW((void)with_authorisation({}, text), Error) << text;
        EXPECT_THROW((void)require_authorisations({text}), Error) << text;
    }
    EXPECT_NO_THROW((void)with_authorisation({}, std::string(limits::authorisation_bytes, 'a')));
    EXPECT_THROW((void)with_authorisation({}, std::string(limits::authorisation_bytes + 1, 'a')), Error);
}

TEST(Authorising, HoldsItsLimit) {
    Authorisations list;
    for (std::size_t i = 0; i < limits::authorisations_per_account; ++i) {
        list = with_authorisation(std::move(list), "service" + std::to_string(i));
    }
    EXPECT_THROW((void)with_authorisation(list, "one-more"), Error);
    EXPECT_EQ(with_authorisation(list, "service0"), list);
    EXPECT_EQ(require_authorisations(list).size(), limits::authorisations_per_account);
    list.emplace_back("one-more");
    EXPECT_THROW((void)require_authorisations(list), Error);
}

TEST(TakingAnAuthorisationAway, LeavesTheOthers) {
    EXPECT_THAT(without_authorisation({"login", "sshd"}, "login"), ElementsAre("sshd"));
    EXPECT_THAT(without_authorisation({"login"}, "sshd"), ElementsAre("login"));
    EXPECT_THAT(without_authorisation({"*"}, "*"), IsEmpty());
}

TEST(TakingAnAuthorisationAway, IsAConflictWhereAllServicesAreAllowed) {
    EXPECT_THROW((void)without_authorisation({"*", "login"}, "login"), Error);
}

} // namespace
} // namespace loquet::accounts
