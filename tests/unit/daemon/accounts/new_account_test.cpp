// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/new_account.h"
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

class ANewAccount : public ::testing::Test {
protected:
    ANewAccount() { wanted_.name = "ana"; }
    [[nodiscard]] model::Account made() const { return make_account(wanted_, defaults_); }
    [[nodiscard]] bool accepted() const {
        try {
            (void)made();
            return true;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::invalid);
            return false;
        }
    }

    NewAccount wanted_;
    AccountDefaults defaults_;
};

TEST_F(ANewAccount, GetsTheConfiguredHomeAndShellWhereNothingIsSaid) {
    defaults_ = {"/srv/homes/{name}", "/bin/dash", {"login"}};
    EXPECT_EQ(made().public_part.home, "/srv/homes/ana");
    EXPECT_EQ(made().public_part.shell, "/bin/dash");
    EXPECT_THAT(made().private_part.authorisations, ElementsAre("login"));
    wanted_.home = "/elsewhere";
    wanted_.shell = "/bin/zsh";
    EXPECT_EQ(made().public_part.home, "/elsewhere");
    EXPECT_EQ(made().public_part.shell, "/bin/zsh");
}

TEST_F(ANewAccount, HasNoNameThatOpensTheMenu) {
    defaults_.reserved = {"aide", "help"};
    for (const char* name : {"aide", "AIDE", "Help"}) {
        wanted_.name = name;
        EXPECT_FALSE(accepted()) << name;
    }
    wanted_.name = "aide2";
    EXPECT_TRUE(accepted());
}

TEST_F(ANewAccount, KeepsWhatWasSaidInOneForm) {
    wanted_.display_name = "Ana Ben\u00e9";
    wanted_.mail = "ana@Example.org";
    wanted_.phone = "+33 612 345 678";
    wanted_.locale = "fr_FR.UTF-8";
    wanted_.authorisations = {{"sudo", "login", "sudo"}};
    const model::Account account = made();
    EXPECT_EQ(account.public_part.display_name, "Ana Ben\u00e9");
    EXPECT_EQ(account.private_part.mail, "ana@example.org");
    EXPECT_EQ(account.private_part.phone, "+33612345678");
    EXPECT_EQ(account.private_part.locale, "fr_FR.UTF-8");
    EXPECT_THAT(account.private_part.authorisations, ElementsAre("login", "sudo"));
}

TEST_F(ANewAccount, RefusesADisplayNameThatWouldBreakALineOrAField) {
    for (const char* text : {"Ana:0:0", "Ana\nroot", "Ana\x1b[31m", "An\xff", "Ana \u202egro"}) {
        wanted_.display_name = text;
        EXPECT_FALSE(accepted()) << text;
    }
    wanted_.display_name = std::string(limits::display_name_bytes, 'a');
    EXPECT_TRUE(accepted());
    wanted_.display_name += 'a';
    EXPECT_FALSE(accepted());
}

TEST_F(ANewAccount, RefusesAHomeThatIsNotOnePlace) {
    for (const char* text : {"home/ana", "/home/../etc", "/home/ana/..", "/home/./ana", "/home/a:b", "/home/a\nb"}) {
        wanted_.home = text;
        EXPECT_FALSE(accepted()) << text;
    }
    wanted_.home = "/" + std::string(limits::account_path_bytes - 1, 'h');
    EXPECT_TRUE(accepted());
    wanted_.home += 'h';
    EXPECT_FALSE(accepted());
}

TEST_F(ANewAccount, RefusesAuthorisationsThatNameNoService) {
    wanted_.authorisations = Authorisations{"../login"};
    EXPECT_FALSE(accepted());
    wanted_.authorisations = Authorisations{};
    EXPECT_TRUE(accepted()) << "an account that may not log in anywhere yet";
    EXPECT_THAT(made().private_part.authorisations, ElementsAre());
}

TEST_F(ANewAccount, RefusesALocaleThatIsAPath) {
    wanted_.locale = "../../etc";
    EXPECT_FALSE(accepted());
}

TEST(AReason, IsPrintableAndHasItsLimit) {
    EXPECT_NO_THROW(check_reason(""));
    EXPECT_NO_THROW(check_reason(std::string(limits::reason_bytes, 'r')));
    EXPECT_THROW(check_reason(std::string(limits::reason_bytes + 1, 'r')), Error);
    EXPECT_THROW(check_reason("lost\nbadge"), Error);
}

} // namespace

} // namespace loquet::accounts
