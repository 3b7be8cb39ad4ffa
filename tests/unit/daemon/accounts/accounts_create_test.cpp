// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <gmock/gmock.h>

namespace loquet::accounts {
namespace {

using base::Error;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MakingAnAccount : public AnAccountsFixture {};

TEST_F(MakingAnAccount, GivesTheFirstNumberOfTheRangeAsUidAndGid) {
    const model::Account account = create("ana");
    EXPECT_EQ(account.public_part.uid.value, 30000U);
    EXPECT_EQ(account.public_part.gid, 30000U);
    EXPECT_EQ(account.public_part.home, "/home/ana");
    EXPECT_EQ(account.public_part.shell, "/bin/bash");
    EXPECT_EQ(account.private_part.created, clock_.wall());
    EXPECT_EQ(account.private_part.authorisations, std::vector<std::string>{"*"});
    EXPECT_EQ(create("ben").public_part.uid.value, 30001U);
}

TEST_F(MakingAnAccount, CanonicalisesTheNameAndFindsItAsTyped) {
    const model::Account account = create("Ana.B");
    EXPECT_EQ(account.public_part.name, "ana.b");
    EXPECT_EQ(accounts_.find("ANA.b"), account.public_part.uid);
    EXPECT_EQ(accounts_.find("ana"), std::nullopt);
    EXPECT_EQ(accounts_.find("no such: name"), std::nullopt);
}

TEST_F(MakingAnAccount, HasNoPasswordYet) {
    const auto view = accounts_.show(create("ana").public_part.uid);
    ASSERT_TRUE(view);
    EXPECT_FALSE(view->has_password);
    EXPECT_EQ(view->password_changed.count(), 0);
    EXPECT_EQ(view->account.private_part.state, model::AccountState::active);
}

TEST_F(MakingAnAccount, IsInTheAuditLogAndToldOnce) {
    const model::Uid uid = create("ana").public_part.uid;
    ASSERT_EQ(records().size(), 1U);
    const model::AuditEvent event = records().front().event;
    EXPECT_EQ(event.kind, model::AuditKind::account_created);
    EXPECT_TRUE(event.granted);
    EXPECT_EQ(event.account, uid);
    EXPECT_EQ(event.actor, helpdesk.uid);
    EXPECT_EQ(event.identity, store_.digest(store::DigestKind::name, "ana"));
    EXPECT_THAT(told(), ElementsAre(Change::Kind::added));
}

TEST_F(MakingAnAccount, WritesItsFirstPasswordInTheSameTransaction) {
    const std::uint64_t before = store_.statistics().commits;
    const model::Account ana = done(accounts_.create(named("ana"), ChosenPassword{"$y$first", true}, helpdesk));
    EXPECT_EQ(store_.statistics().commits - before, 1U) << "what only finds the number is not committed";
    EXPECT_EQ(credential(ana.public_part.uid).password_hash, "$y$first");
    EXPECT_TRUE(credential(ana.public_part.uid).must_change);
    EXPECT_EQ(records().back().event.kind, model::AuditKind::password_changed);
    EXPECT_EQ(records().back().event.account, ana.public_part.uid);
    EXPECT_THAT(told(), ElementsAre(Change::Kind::added));
}

TEST_F(MakingAnAccount, WithoutAHashInThePasswordMakesNothing) {
    EXPECT_EQ(refusal(accounts_.create(named("ana"), ChosenPassword{}, helpdesk)), Error::Kind::invalid);
    EXPECT_EQ(accounts_.find("ana"), std::nullopt);
}

TEST_F(MakingAnAccount, TwiceIsAConflictAndLeavesTheFirst) {
    const model::Uid uid = create("ana").public_part.uid;
    EXPECT_EQ(refusal(accounts_.create(named("ANA"), {}, helpdesk)), Error::Kind::conflict);
    EXPECT_EQ(accounts_.find("ana"), uid);
    EXPECT_EQ(records().size(), 1U);
    EXPECT_THAT(told(), ElementsAre(Change::Kind::added));
}

base::Task<void> make(Accounts& accounts, NewAccount wanted, int& made, int& refused) {
    base::Task<model::Account> creating = accounts.create(std::move(wanted), {}, Actor{0});
    try {
        (void)co_await creating;
        ++made;
    } catch (const Error&) {
        ++refused;
    }
}

TEST_F(MakingAnAccount, AtTheSameTimeGivesTheNameOnceAndEachNumberOnce) {
    int made = 0;
    int refused = 0;
    base::TaskGroup group([](const std::exception_ptr&) { ADD_FAILURE(); });
    for (const char* name : {"ana", "ana", "ben", "cem", "ana"}) {
        group.spawn(make(accounts_, named(name), made, refused));
    }
    ASSERT_TRUE(tests::eventually(loop_, [&] { return group.active() == 0; }));
    EXPECT_EQ(made, 3);
    EXPECT_EQ(refused, 2);
    const Page page = accounts_.list({}, 10, std::nullopt, base::Milliseconds(0));
    ASSERT_EQ(page.entries.size(), 3U);
    EXPECT_EQ(page.entries.back().public_part.uid.value, 30002U) << "no number was lost either";
}

TEST_F(MakingAnAccount, RefusesNamesOfUsersAndGroupsElsewhere) {
    names_.users = {{"backup", 34}};
    names_.groups = {{"docker", 998}};
    EXPECT_EQ(refusal(accounts_.create(named("backup"), {}, helpdesk)), Error::Kind::conflict);
    EXPECT_EQ(refusal(accounts_.create(named("docker"), {}, helpdesk)), Error::Kind::conflict);
    EXPECT_THAT(records(), IsEmpty());
}

TEST_F(MakingAnAccount, SkipsNumbersThatAreTakenElsewhere) {
    names_.uids = {30000, 30002};
    names_.gids = {30001};
    EXPECT_EQ(create("ana").public_part.uid.value, 30003U);
    EXPECT_EQ(create("ben").public_part.uid.value, 30004U);
}

TEST_F(MakingAnAccount, PutsItIntoTheGroupOfItsOrganisationWhichIsMadeOnce) {
    names_.uids = {30001};
    const auto in_cnrs = [&](const std::string& name) {
        NewAccount wanted = named(name);
        wanted.organisation = "CNRS";
        return done(accounts_.create(wanted, {}, helpdesk));
    };
    const model::Account ana = in_cnrs("ana");
    const model::Account ben = in_cnrs("ben");
    EXPECT_EQ(private_part(ana.public_part.uid).organisation, "cnrs");
    EXPECT_EQ(ana.public_part.groups, std::vector<std::uint32_t>{30000});
    EXPECT_EQ(ben.public_part.groups, ana.public_part.groups);
    EXPECT_EQ(ana.public_part.uid.value, 30002U) << "the group has a number of the same range, and 30001 is another's";
    EXPECT_EQ(create("cem").public_part.groups, std::vector<std::uint32_t>{});
}

TEST_F(MakingAnAccount, RefusesAnOrganisationWhoseGroupIsElsewhereAndNamesThatAreKeptForGroups) {
    names_.groups = {{"org-cnrs", 998}};
    NewAccount wanted = named("ana");
    wanted.organisation = "cnrs";
    EXPECT_EQ(refusal(accounts_.create(wanted, {}, helpdesk)), Error::Kind::conflict);
    for (const std::string& organisation : {std::string("a b"), std::string("a:b"), std::string(65, 'a')}) {
        wanted.organisation = organisation;
        EXPECT_EQ(refusal(accounts_.create(wanted, {}, helpdesk)), Error::Kind::invalid) << organisation;
    }
    EXPECT_EQ(refusal(accounts_.create(named("org-inria"), {}, helpdesk)), Error::Kind::invalid);
    wanted.organisation.assign(64, 'a');
    EXPECT_EQ(refusal(accounts_.create(wanted, {}, helpdesk)), std::nullopt);
}

TEST_F(MakingAnAccount, UsesTheWholeRangeAndRefusesOneMore) {
    names_.uids = {30009};
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
        (void)create(name);
    }
    EXPECT_EQ(refusal(accounts_.create(named("j"), {}, helpdesk)), Error::Kind::limited) << "the last one is elsewhere";
    EXPECT_EQ(accounts_.find("j"), std::nullopt);
}

TEST_F(MakingAnAccount, IsRefusedWhileOthersCannotBeAsked) {
    names_.silent = true;
    EXPECT_EQ(refusal(accounts_.create(named("ana"), {}, helpdesk)), Error::Kind::unavailable);
    EXPECT_EQ(accounts_.find("ana"), std::nullopt);
}

TEST_F(MakingAnAccount, RefusesWhatIsNoNameBeforeAnybodyIsAsked) {
    names_.silent = true;
    EXPECT_EQ(refusal(accounts_.create(named("Ana:x"), {}, helpdesk)), Error::Kind::invalid);
    EXPECT_EQ(refusal(accounts_.create(named(""), {}, helpdesk)), Error::Kind::invalid);
}

} // namespace
} // namespace loquet::accounts
