// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/public_accounts.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/directory/format.h"
#include "lib/directory/mapped_file.h"
#include "tests/unit/daemon/accounts/directory_fixture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

namespace loquet::accounts {
namespace {

using store::AccountsTable;
using store::WriteTxn;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ADirectory : public ADirectoryFixture {
protected:
    /// The base that stands now; an export that builds anew makes another.
    [[nodiscard]] std::uint64_t base() const {
        return directory::MappedFile(place_.c_str(), directory::current_file).image().base_identity();
    }
};

TEST_F(ADirectory, ShowsWhatWasThereBeforeIt) {
    put(person(30000, "ana"));
    put(person(30001, "ben"));
    start();
    EXPECT_TRUE(eventually_equal());
    EXPECT_THAT(names(), SizeIs(2));
}

TEST_F(ADirectory, IsThereAlsoWhereNobodyHasAnAccount) {
    start();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return reader_.ask([](const directory::View&) {}); }));
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(ADirectory, FollowsEveryKindOfChange) {
    start();
    put(person(30000, "ana"));
    put(person(30001, "ben"));
    EXPECT_TRUE(eventually_shows({"ana", "ben"}));
    auto ana = person(30000, "anna");
    ana.display_name = "Anna Lopez";
    ana.home = "/srv/anna";
    ana.shell = "/bin/sh";
    put(ana);
    EXPECT_TRUE(eventually_equal());
    EXPECT_EQ(seen().at(30000), (SeenPerson{"anna", 30000, "Anna Lopez", "/srv/anna", "/bin/sh", {}}));
    erase(30001);
    EXPECT_TRUE(eventually_shows({"anna"}));
}

TEST_F(ADirectory, KeepsAccountsThatAreLockedOrDisabledBecauseFilesBelongToThem) {
    start();
    put(person(30000, "ana"));
    for (const auto state : {model::AccountState::locked, model::AccountState::disabled}) {
        model::PrivateAccount private_part;
        private_part.state = state;
        write([&](WriteTxn& txn) { AccountsTable::put(txn, model::Uid{30000}, private_part); });
    }
    put(person(30001, "ben"));
    EXPECT_TRUE(eventually_shows({"ana", "ben"}));
}

TEST_F(ADirectory, GoesOnWithItsBaseAfterARestart) {
    put(person(30000, "ana"));
    start();
    ASSERT_TRUE(eventually_equal());
    put(person(30001, "ben"));
    ASSERT_TRUE(eventually_equal());
    const std::uint64_t before = base();
    stop();
    start();
    put(person(30002, "cem"));
    ASSERT_TRUE(eventually_shows({"ana", "ben", "cem"})) << "what differed before is remembered";
    EXPECT_EQ(base(), before);
}

TEST_F(ADirectory, IsMadeAnewWhereTheStoreChangedInItsAbsence) {
    put(person(30000, "ana"));
    start();
    ASSERT_TRUE(eventually_equal());
    stop();
    const std::uint64_t before = base();
    put(person(30001, "ben"));
    erase(30000);
    start();
    ASSERT_TRUE(eventually_shows({"ben"}));
    EXPECT_NE(base(), before);
}

TEST_F(ADirectory, IsMadeAnewForOtherSettings) {
    put(person(30000, "ana"));
    start();
    ASSERT_TRUE(eventually_equal());
    stop();
    auto other = settings();
    other.machine_groups = {29, 44};
    other.shape = 9;
    start(other);
    EXPECT_TRUE(
        tests::eventually(loop_, [&] { return seen().at(30000).groups == std::vector<std::uint32_t>{29, 44}; }));
}

TEST_F(ADirectory, IsMadeAnewWhereAFileOfItIsDamaged) {
    put(person(30000, "ana"));
    for (const bool damage_current : {true, false}) {
        start();
        ASSERT_TRUE(eventually_equal());
        stop();
        base::replace_file(damage_current ? place_ + "/current" : place_ + "/" + directory::BaseFile(base()).c_str(),
                           "no image", 0644);
        ASSERT_FALSE(directory::Reader(place_.c_str()).ask([](const directory::View&) {}));
    }
    start();
    EXPECT_TRUE(
        tests::eventually(loop_, [&] { return directory::Reader(place_.c_str()).ask([](const directory::View&) {}); }));
}

TEST_F(ADirectory, IsOpenToEverybodyWhateverTheUmaskSays) {
    const mode_t before = ::umask(0077);
    start();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return reader_.ask([](const directory::View&) {}); }));
    ::umask(before);
    struct stat status{};
    ASSERT_EQ(::stat(place_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0755U);
    ASSERT_EQ(::stat((place_ + "/current").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(ADirectory, MakesHarmlessWhatPasswdCannotSayAndKeepsEverybodyElse) {
    start();
    auto odd = person(30000, "ana");
    odd.display_name = "Ana:0:0\nroot::0";
    put(odd);
    put(person(30001, "ben"));
    ASSERT_TRUE(eventually_shows({"ana", "ben"}));
    EXPECT_EQ(seen().at(30000).gecos, "Ana 0 0 root  0");
}

TEST_F(ADirectory, ShowsTensOfThousandsOfChangesInOneGo) {
    start();
    put(person(30000, "ana"));
    ASSERT_TRUE(eventually_equal());
    const std::uint64_t before = base();
    constexpr std::uint32_t many = 20000;
    for (std::uint32_t first = 0; first < many; first += 1000) {
        write([&](WriteTxn& txn) {
            for (std::uint32_t i = first; i < first + 1000; ++i) {
                AccountsTable::put(txn, person(40000 + i, "p" + std::to_string(i)));
            }
        });
    }
    ASSERT_TRUE(eventually_equal());
    EXPECT_TRUE(tests::eventually(loop_, [&] { return base() != before; })) << "so many belong into a base";
    erase(40001);
    EXPECT_TRUE(eventually_equal());
}

TEST_F(ADirectory, ShowsChangesWhileMoreOfThemComeWithoutAPause) {
    start();
    ASSERT_TRUE(tests::eventually(loop_, [&] { return reader_.ask([](const directory::View&) {}); }));
    std::uint32_t next = 30000;
    EXPECT_TRUE(tests::eventually(loop_, [&] {
        put(person(next, "p" + std::to_string(next)));
        ++next;
        return !names().empty();
    }));
}

TEST_F(ADirectory, SaysWhereItsFolderCannotBeWrittenAndGoesOnWhenItCan) {
    base::replace_file(place_, "a file in the folder's place", 0644);
    int told = 0;
    start();
    export_->when_problem_changes([&] { ++told; });
    ASSERT_TRUE(tests::eventually(loop_, [&] { return told == 1; }));
    EXPECT_THAT(export_->problem(), ::testing::HasSubstr(place_));
    put(person(30000, "ana"));
    std::filesystem::remove(place_);
    ASSERT_TRUE(eventually_shows({"ana"}));
    EXPECT_TRUE(tests::eventually(loop_, [&] { return export_->problem().empty(); }));
}

TEST_F(ADirectory, IsMadeAnewWhereSomebodyRemovesOrChangesItsFilesAndTellsIt) {
    put(person(30000, "ana"));
    start();
    ASSERT_TRUE(eventually_equal());
    int told = 0;
    export_->when_problem_changes([&] { told += export_->problem().empty() ? 0 : 1; });
    const auto file = [this](bool current) {
        return current ? place_ + "/current" : place_ + "/" + directory::BaseFile(base()).c_str();
    };
    const auto remove = [](const std::string& path) { std::filesystem::remove(path); };
    const auto close = [](const std::string& path) { ASSERT_EQ(::chmod(path.c_str(), 0600), 0); };
    const auto replace = [](const std::string& path) { base::replace_file(path, "no image", 0644); };
    const std::vector<std::function<void(const std::string&)>> harms{remove, close, replace};
    for (const auto& harm : harms) {
        for (const bool current : {true, false}) {
            const std::uint64_t before = base();
            const int told_before = told;
            harm(file(current));
            EXPECT_TRUE(tests::eventually(loop_, [&] { return base() != before && base() != 0; }));
            EXPECT_TRUE(tests::eventually(loop_, [&] { return told > told_before && export_->problem().empty(); }));
            directory::Reader another(place_.c_str());
            bool knows = false;
            another.ask([&](const directory::View& view) {
                directory::Person ana;
                knows = view.person(std::string_view("ana"), ana) == directory::Found::yes;
            });
            EXPECT_TRUE(knows);
        }
    }
}

TEST_F(ADirectory, IsMadeAnewWithTheNewcomerWhereItsFolderIsGoneBeforeAChange) {
    auto seldom = settings();
    seldom.look_every = std::chrono::hours(1);
    put(person(30000, "ana"));
    start(seldom);
    ASSERT_TRUE(eventually_equal());
    for (const auto& entry : std::filesystem::directory_iterator(place_)) {
        std::filesystem::remove(entry.path());
    }
    put(person(30001, "ben"));
    EXPECT_TRUE(eventually_shows({"ana", "ben"}));
    std::filesystem::remove_all(place_);
    put(person(30002, "cem"));
    EXPECT_TRUE(eventually_shows({"ana", "ben", "cem"}));
    ASSERT_EQ(::chmod(place_.c_str(), 0700), 0);
    put(person(30003, "dan"));
    EXPECT_TRUE(eventually_shows({"ana", "ben", "cem", "dan"}));
    struct stat status{};
    ASSERT_EQ(::stat(place_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0755U);
}

class AGroupInTheDirectory : public ADirectoryFixture {
protected:
    using Members = std::optional<std::vector<std::string>>;

    AGroupInTheDirectory() {
        write([](WriteTxn& txn) { store::GroupsTable::put(txn, {35000, "cnrs"}); });
    }
    static model::PublicAccount member(std::uint32_t uid, const std::string& name) {
        auto one = person(uid, name);
        one.groups = {35000};
        return one;
    }
    [[nodiscard]] bool eventually_has(const Members& members) {
        return tests::eventually(loop_, [&] { return group("org-cnrs") == members; });
    }
};

TEST_F(AGroupInTheDirectory, OfAnOrganisationListsItsMembersAndIsTheirs) {
    put(member(30000, "ana"));
    start();
    ASSERT_TRUE(eventually_has(Members{{"ana"}}));
    put(member(30001, "ben"));
    ASSERT_TRUE(eventually_has(Members{{"ana", "ben"}}));
    EXPECT_EQ(seen().at(30001).groups, std::vector<std::uint32_t>{35000});
    put(member(30000, "anna"));
    ASSERT_TRUE(eventually_has(Members{{"anna", "ben"}}));
    put(person(30001, "ben"));
    ASSERT_TRUE(eventually_has(Members{{"anna"}}));
    erase(30000);
    EXPECT_TRUE(eventually_has(Members{std::vector<std::string>{}}));
}

TEST_F(AGroupInTheDirectory, IsRememberedOverARestart) {
    start();
    ASSERT_TRUE(eventually_has(Members{std::vector<std::string>{}}));
    put(member(30000, "ana"));
    ASSERT_TRUE(eventually_has(Members{{"ana"}}));
    stop();
    start();
    put(person(30001, "ben"));
    ASSERT_TRUE(eventually_shows({"ana", "ben"}));
    EXPECT_EQ(group("org-cnrs"), (Members{{"ana"}}));
}

TEST_F(AGroupInTheDirectory, ListsAsManyMembersAsTheLimitSaysAndNoneOfOneMore) {
    constexpr auto most = static_cast<std::uint32_t>(limits::listed_members);
    write([](WriteTxn& txn) {
        for (std::uint32_t i = 0; i < most; ++i) {
            AccountsTable::put(txn, member(30000 + i, "p" + std::to_string(i)));
        }
    });
    start();
    ASSERT_TRUE(tests::eventually(loop_, [&] {
        const Members members = group("org-cnrs");
        return members && members->size() == most;
    }));
    put(member(40000, "one.more"));
    EXPECT_TRUE(eventually_has(Members{std::vector<std::string>{}}));
    EXPECT_EQ(seen().at(40000).groups, std::vector<std::uint32_t>{35000}) << "they are members all the same";
}

TEST_F(AGroupInTheDirectory, GivesWayToAnAccountOfTheSameName) {
    put(person(30000, "org-cnrs"));
    put(member(30001, "ben"));
    start();
    ASSERT_TRUE(eventually_shows({"org-cnrs", "ben"}));
    EXPECT_EQ(group("org-cnrs"), Members{std::vector<std::string>{}}) << "the account's own group, without members";
}

} // namespace
} // namespace loquet::accounts
