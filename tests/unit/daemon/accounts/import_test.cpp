// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import.h"
#include "daemon/store/public_accounts.h"
#include "lib/base/limits.h"
#include "tests/support/error_kind.h"
#include "tests/unit/daemon/accounts/accounts_fixture.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace loquet::accounts {
namespace {

using base::Error;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = Import::State;

class AnImport : public AnAccountsFixture {
protected:
    AnImport() : tasks_([](const std::exception_ptr&) { ADD_FAILURE(); }) {
        ImportRules rules;
        rules.uids = {30000, 39999};
        imports_.emplace(std::move(rules), store_, names_, clock_, loop_, tasks_);
    }
    [[nodiscard]] base::Fd lines(const std::string& text) const {
        base::Fd file(::open((folder_ / "lines").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        base::write_all(file.get(), text);
        ::lseek(file.get(), 0, SEEK_SET);
        return file;
    }
    static ImportOptions by(Actor actor) {
        ImportOptions options;
        options.actor = actor.uid;
        return options;
    }
    Import::Progress imported(const std::string& text, const ImportOptions& options = by(helpdesk)) {
        const ImportId id = imports_->start(lines(text), options, ":1.1");
        EXPECT_TRUE(ended(id));
        return *imports_->progress(id, ":1.1");
    }
    [[nodiscard]] bool ended(ImportId id) {
        return tests::eventually(loop_, [&] { return imports_->progress(id, ":1.1")->state != State::running; });
    }
    [[nodiscard]] AccountView show(const std::string& name) {
        return accounts_.show(accounts_.find(name).value()).value();
    }
    [[nodiscard]] std::size_t count() const { return store_.read(store::PublicAccounts::count); }

    base::TaskGroup tasks_;
    std::optional<Imports> imports_;
};

TEST_F(AnImport, MakesAnAccountOfEachLine) {
    const auto progress = imported(
        R"({"name":"ana","display_name":"Ana Lopez","mail":"ana@example.org","phone":"+33123456789","locale":"fr_FR.UTF-8")"
        R"(,"organisation":"CNRS","home":"/srv/ana","shell":"/bin/sh","authorisations":["login"],"uid":30042,)"
        R"("password_hash":"$y$j9T$abc$def"})"
        "\n{\"name\":\"ben\"}\n");
    EXPECT_EQ(progress.state, State::done) << progress.failure;
    EXPECT_EQ(progress.created, 2U);
    EXPECT_THAT(progress.errors, IsEmpty());
    const AccountView ana = show("ana");
    EXPECT_EQ(ana.account.public_part.uid.value, 30042U);
    EXPECT_EQ(ana.account.public_part.gid, 30042U);
    EXPECT_EQ(ana.account.public_part.display_name, "Ana Lopez");
    EXPECT_EQ(ana.account.public_part.home, "/srv/ana");
    EXPECT_EQ(ana.account.public_part.shell, "/bin/sh");
    EXPECT_EQ(ana.account.private_part.mail, "ana@example.org");
    EXPECT_EQ(ana.account.private_part.phone, "+33123456789");
    EXPECT_EQ(ana.account.private_part.organisation, "cnrs");
    EXPECT_EQ(ana.account.private_part.authorisations, std::vector<std::string>{"login"});
    EXPECT_EQ(credential(ana.account.public_part.uid).password_hash, "$y$j9T$abc$def");
    EXPECT_FALSE(ana.must_change);
    EXPECT_EQ(store_.read([](const store::ReadTxn& txn) { return store::GroupsTable::of(txn, "cnrs"); }),
              ana.account.public_part.groups.at(0));
    const AccountView ben = show("ben");
    EXPECT_EQ(ben.account.public_part.home, "/home/ben");
    EXPECT_FALSE(ben.has_password);
    EXPECT_EQ(ben.account.private_part.created, clock_.wall());
}

TEST_F(AnImport, LeavesARecordOfEachAccountInTheAuditLog) {
    (void)imported("{\"name\":\"ana\"}\n{\"name\":\"ben\",\"password_hash\":\"$y$j9T$x$x\"}\n");
    ASSERT_EQ(records().size(), 2U);
    for (const audit::Entry& entry : records()) {
        EXPECT_EQ(entry.event.kind, model::AuditKind::account_created);
        EXPECT_EQ(entry.event.actor, helpdesk.uid);
    }
    EXPECT_EQ(records()[1].event.account, accounts_.find("ben"));
    EXPECT_EQ(records()[1].event.detail, "imported with a password");
    EXPECT_TRUE(store_.read(audit::AuditLog::verify).intact);
}

TEST_F(AnImport, RefusesATextThatIsNoHashWithoutRepeatingIt) {
    for (const char* text : {"plaintextpw", "{SSHA}abcdef", "$99$foo$bar", "!plaintextpw", "$6$salt$"}) {
        const auto progress = imported(std::string("{\"name\":\"ana\",\"password_hash\":\"") + text + "\"}\n");
        ASSERT_EQ(progress.errors.size(), 1U) << text;
        EXPECT_THAT(progress.errors[0].sentence, HasSubstr("is not a hash"));
        EXPECT_THAT(progress.errors[0].sentence, Not(HasSubstr(text)));
    }
    EXPECT_EQ(count(), 0U);
}

TEST_F(AnImport, RefusesAHashThatWouldHoldUpEveryLogin) {
    const auto progress =
        imported(R"({"name":"ana","password_hash":"$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"})"
                 "\n");
    ASSERT_EQ(progress.errors.size(), 1U);
    EXPECT_THAT(progress.errors[0].sentence, HasSubstr("costs too much"));
    EXPECT_EQ(count(), 0U);
}

TEST_F(AnImport, TakesAPasswordThatWasLockedForALockedAccount) {
    (void)imported("{\"name\":\"ana\",\"password_hash\":\"!$y$j9T$a$b\"}\n");
    EXPECT_EQ(show("ana").account.private_part.state, model::AccountState::locked);
    EXPECT_FALSE(show("ana").account.private_part.state_reason.empty());
    EXPECT_EQ(credential(accounts_.find("ana").value()).password_hash, "$y$j9T$a$b")
        << "good again once it is unlocked";
}

TEST_F(AnImport, TakesAMarkInPlaceOfAHashForNoPassword) {
    (void)imported("{\"name\":\"ana\",\"password_hash\":\"*\"}\n{\"name\":\"ben\",\"password_hash\":\"!!\"}\n"
                   "{\"name\":\"cleo\",\"password_hash\":\"*LK*\"}\n");
    for (const char* name : {"ana", "ben", "cleo"}) {
        EXPECT_FALSE(show(name).has_password) << name;
        EXPECT_EQ(show(name).account.private_part.state, model::AccountState::active) << name;
    }
}

TEST_F(AnImport, RefusesAWrongLineByItsNumberAndTakesTheOthers) {
    names_.users = {{"backup", 34}};
    names_.groups = {{"docker", 998}, {"org-elsewhere", 997}};
    names_.uids = {30005};
    const auto progress = imported("{\"name\":\"ana\"}\n"
                                   "nonsense\n"
                                   "{\"name\":\"b:d\"}\n"
                                   "{\"name\":\"ben\",\"nick\":\"b\"}\n"
                                   "{\"name\":\"ben\",\"uid\":\"7\"}\n"
                                   "{\"name\":\"ben\",\"uid\":7}\n"
                                   "{\"name\":\"ben\",\"uid\":30005}\n"
                                   "{\"name\":\"ben\",\"uid\":30000}\n"
                                   "{\"name\":\"backup\"}\n"
                                   "{\"name\":\"docker\"}\n"
                                   "{\"name\":\"ben\",\"organisation\":\"elsewhere\"}\n"
                                   "{\"name\":\"ben\",\"password_hash\":\"$y$a:b\"}\n"
                                   "{\"display_name\":\"Nobody\"}\n"
                                   "{\"name\":\"ben\"}\n");
    EXPECT_EQ(progress.state, State::done);
    EXPECT_EQ(progress.created, 2U);
    EXPECT_EQ(progress.refused, 12U);
    std::vector<std::uint64_t> numbers;
    for (const LineError& error : progress.errors) {
        numbers.push_back(error.line);
        EXPECT_THAT(error.sentence, Not(HasSubstr("$y$")));
    }
    EXPECT_THAT(numbers, ::testing::ElementsAre(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
    EXPECT_TRUE(accounts_.find("ana"));
    EXPECT_TRUE(accounts_.find("ben"));
    EXPECT_EQ(count(), 2U);
}

TEST_F(AnImport, TwiceHasOneEffect) {
    const std::string text = "{\"name\":\"ana\",\"mail\":\"ana@example.org\",\"password_hash\":\"$y$j9T$a$first\"}\n"
                             "{\"name\":\"ANA\"}\n{\"name\":\"ben\",\"organisation\":\"cnrs\"}\n";
    const auto first = imported(text);
    EXPECT_EQ(first.created, 2U);
    EXPECT_EQ(first.unchanged, 1U);
    const auto second = imported(text);
    EXPECT_EQ(second.created, 0U);
    EXPECT_EQ(second.unchanged, 3U);
    EXPECT_EQ(second.refused, 0U);
    EXPECT_EQ(records().size(), 2U);
}

TEST_F(AnImport, ChangesNoAccountThatIsThere) {
    (void)imported("{\"name\":\"ana\",\"mail\":\"ana@example.org\",\"password_hash\":\"$y$j9T$a$first\"}\n");
    const auto second = imported("{\"name\":\"ana\",\"mail\":\"eve@example.org\"}\n{\"name\":\"ana\",\"uid\":30007}\n"
                                 "{\"name\":\"ana\",\"password_hash\":\"$y$j9T$a$other\"}\n");
    EXPECT_EQ(second.refused, 2U);
    EXPECT_EQ(second.unchanged, 1U) << "its owner may have chosen another password since";
    EXPECT_EQ(show("ana").account.private_part.mail, "ana@example.org");
    EXPECT_EQ(credential(accounts_.find("ana").value()).password_hash, "$y$j9T$a$first");
}

TEST_F(AnImport, WritesNothingWhereItIsARehearsal) {
    auto options = by(helpdesk);
    options.dry_run = true;
    const auto progress = imported("{\"name\":\"ana\",\"organisation\":\"cnrs\"}\n{\"name\":\"b:d\"}\n", options);
    EXPECT_EQ(progress.state, State::done);
    EXPECT_EQ(progress.created, 1U);
    EXPECT_EQ(progress.refused, 1U);
    EXPECT_EQ(count(), 0U);
    EXPECT_THAT(records(), IsEmpty());
    EXPECT_EQ(create("ben").public_part.uid.value, 30000U) << "no number was spent";
}

TEST_F(AnImport, SkipsNumbersThatAreTakenElsewhere) {
    names_.uids = {30000, 30002};
    names_.gids = {30001};
    (void)imported("{\"name\":\"ana\"}\n{\"name\":\"ben\"}\n");
    EXPECT_EQ(accounts_.find("ana").value().value, 30003U);
    EXPECT_EQ(accounts_.find("ben").value().value, 30004U);
}

TEST_F(AnImport, SaysForWhichPasswordsAnotherIsDue) {
    auto options = by(helpdesk);
    options.must_change = true;
    (void)imported("{\"name\":\"ana\",\"password_hash\":\"$y$j9T$a$a\"}\n"
                   "{\"name\":\"ben\",\"password_hash\":\"$y$j9T$a$b\",\"must_change\":false}\n",
                   options);
    EXPECT_TRUE(show("ana").must_change);
    EXPECT_FALSE(show("ben").must_change);
}

TEST_F(AnImport, RefusesPasswordsWhereItIsToBeWithout) {
    auto options = by(helpdesk);
    options.without_passwords = true;
    const auto progress =
        imported("{\"name\":\"ana\",\"password_hash\":\"$y$j9T$a$a\"}\n{\"name\":\"ben\"}\n", options);
    EXPECT_EQ(progress.created, 1U);
    EXPECT_EQ(progress.refused, 1U);
}

TEST_F(AnImport, TellsAsManyMistakesAsTheLimitSaysAndCountsTheOthers) {
    std::string text;
    for (std::size_t i = 0; i < limits::import_errors; ++i) {
        text += "nonsense\n";
    }
    EXPECT_EQ(imported(text).errors.size(), limits::import_errors);
    const auto one_more = imported(text + "nonsense\n");
    EXPECT_EQ(one_more.errors.size(), limits::import_errors);
    EXPECT_EQ(one_more.refused, limits::import_errors + 1);
}

TEST_F(AnImport, ReportsWhatWasReadUpToTheEnd) {
    std::string text;
    for (int i = 0; i < 1200; ++i) {
        text += "{\"name\":\"p" + std::to_string(i) + "\"}\n";
    }
    std::vector<std::uint64_t> done;
    Imports::Observer observer;
    observer.progress = [&](ImportId id, const std::string& owner) {
        done.push_back(imports_->progress(id, owner)->bytes_done);
    };
    imports_->observe(std::move(observer));
    const auto progress = imported(text);
    EXPECT_EQ(progress.created, 1200U);
    EXPECT_EQ(progress.bytes_in_all, text.size());
    EXPECT_EQ(progress.bytes_done, text.size());
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
    EXPECT_GE(done.size(), 3U) << "one a batch";
}

TEST_F(AnImport, FailsAsAWholeWhereTheMachinesNamesCannotBeRead) {
    names_.silent = true;
    const auto progress = imported("{\"name\":\"ana\"}\n");
    EXPECT_EQ(progress.state, State::failed);
    EXPECT_THAT(progress.failure, HasSubstr("does not answer"));
    EXPECT_EQ(count(), 0U);
}

class AnObservedImport : public AnImport {
protected:
    AnObservedImport() {
        Imports::Observer observer;
        observer.begun = [this](ImportId id, const std::string& owner) { jobs_.emplace_back("begun", id, owner); };
        observer.forgotten = [this](ImportId id, const std::string& owner) {
            jobs_.emplace_back("forgotten", id, owner);
        };
        observer.made = [this](model::Uid uid) {
            EXPECT_TRUE(accounts_.show(uid)) << "told before it was there";
            made_.push_back(uid);
        };
        imports_->observe(std::move(observer));
    }
    [[nodiscard]] static std::string people(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += "{\"name\":\"p" + std::to_string(i) + "\"}\n";
        }
        return text;
    }

    using Job = std::tuple<std::string, ImportId, std::string>;
    std::vector<Job> jobs_;
    std::vector<model::Uid> made_;
};

TEST_F(AnObservedImport, TellsEachAccountThatItMadeAndNoOther) {
    (void)imported("{\"name\":\"ana\"}\n");
    made_.clear();
    (void)imported("{\"name\":\"ana\"}\n{\"name\":\"ben\"}\n{\"name\":\"-\"}\n{\"name\":\"eve\"}\n");
    EXPECT_THAT(made_, ::testing::UnorderedElementsAre(accounts_.find("ben").value(), accounts_.find("eve").value()));
}

TEST_F(AnObservedImport, TellsNothingOfARehearsal) {
    ImportOptions rehearsal = by(helpdesk);
    rehearsal.dry_run = true;
    EXPECT_EQ(imported("{\"name\":\"ana\"}\n", rehearsal).created, 1U);
    EXPECT_THAT(made_, IsEmpty());
}

TEST_F(AnObservedImport, TellsAsManyAccountsAsTheLimitSaysAndItsLast) {
    (void)imported(people(limits::announced_accounts));
    EXPECT_EQ(made_.size(), limits::announced_accounts);
    made_.clear();
    std::string more;
    for (std::size_t i = 0; i < limits::announced_accounts + 2; ++i) {
        more += "{\"name\":\"q" + std::to_string(i) + "\"}\n";
    }
    (void)imported(more);
    EXPECT_EQ(made_.size(), limits::announced_accounts + 1);
    EXPECT_EQ(made_.back(), accounts_.find("q" + std::to_string(limits::announced_accounts + 1)));
}

TEST_F(AnObservedImport, GoesOnAndSaysItOnceInTheJournalWhenTheBusTakesNoMore) {
    Imports::Observer observer;
    observer.made = [this](model::Uid uid) {
        made_.push_back(uid);
        throw base::Error(base::Error::Kind::unavailable, "cannot send on the bus: No buffer space available");
    };
    imports_->observe(std::move(observer));
    testing::internal::CaptureStderr();
    EXPECT_EQ(imported(people(3)).created, 3U);
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(made_.size(), 1U);
    const std::string said = "No buffer space available";
    EXPECT_NE(log.find(said), std::string::npos) << log;
    EXPECT_EQ(log.find(said), log.rfind(said)) << log;
}

TEST_F(AnObservedImport, TellsWhenItBeginsAndWhenItIsForgotten) {
    const ImportId id = imports_->start(lines(""), by(helpdesk), ":1.1");
    EXPECT_THAT(jobs_, ::testing::ElementsAre(Job("begun", id, ":1.1")));
    EXPECT_EQ(imports_->forget_old(), std::nullopt) << "one that runs is kept";
    ASSERT_TRUE(ended(id));
    EXPECT_THAT(imports_->jobs_of(":1.1"), ::testing::ElementsAre(id));
    EXPECT_THAT(imports_->jobs_of(":1.2"), IsEmpty());
    clock_.advance(std::chrono::minutes(4));
    EXPECT_EQ(imports_->forget_old(), base::Milliseconds(std::chrono::minutes(1)));
    clock_.advance(std::chrono::minutes(1));
    EXPECT_EQ(imports_->forget_old(), std::nullopt);
    EXPECT_THAT(jobs_, ::testing::ElementsAre(Job("begun", id, ":1.1"), Job("forgotten", id, ":1.1")));
    EXPECT_EQ(imports_->progress(id, ":1.1"), nullptr);
}

TEST_F(AnImport, KeepsNoDescriptorOnceItHasEnded) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const base::Fd writing(ends[1]);
    const ImportId id = imports_->start(base::Fd(ends[0]), by(helpdesk), ":1.1");
    base::write_all(writing.get(), "{\"name\":\"ana\"}\n");
    ASSERT_TRUE(tests::eventually(loop_, [&] { return imports_->progress(id, ":1.1")->created == 1; }));
    imports_->cancel(id, ":1.1");
    ASSERT_TRUE(ended(id));
    EXPECT_TRUE(tests::eventually(loop_, [&] {
        ::pollfd end{writing.get(), 0, 0};
        return ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
    })) << "nobody holds the end that was read from";
    EXPECT_NE(imports_->progress(id, ":1.1"), nullptr) << "it can still be asked";
}

class AnImportFromASilentPipe : public AnImport {
protected:
    AnImportFromASilentPipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        writing_ = base::Fd(ends[1]);
        id_ = imports_->start(base::Fd(ends[0]), by(helpdesk), ":1.1");
    }
    base::Fd writing_;
    ImportId id_ = 0;
};

TEST_F(AnImportFromASilentPipe, IsTheOnlyOneAtATime) {
    EXPECT_EQ(tests::kind_of_error([&] { imports_->start(lines(""), by(helpdesk), ":1.2"); }), Error::Kind::busy);
    imports_->cancel(id_, ":1.1");
    ASSERT_TRUE(ended(id_));
    EXPECT_NO_THROW(imports_->start(lines(""), by(helpdesk), ":1.2"));
    EXPECT_TRUE(tests::eventually(loop_, [&] { return tasks_.active() == 0; }));
}

TEST_F(AnImportFromASilentPipe, IsNobodyElsesBusiness) {
    EXPECT_EQ(imports_->progress(id_, ":1.2"), nullptr);
    EXPECT_EQ(tests::kind_of_error([&] { imports_->cancel(id_, ":1.2"); }), Error::Kind::not_found);
    EXPECT_EQ(imports_->progress(id_, ":1.1")->state, State::running);
    imports_->cancel_all();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return tasks_.active() == 0; }));
}

TEST_F(AnImportFromASilentPipe, KeepsWhatWasDoneWhenItIsCancelled) {
    base::write_all(writing_.get(), "{\"name\":\"ana\"}\n");
    ASSERT_TRUE(tests::eventually(loop_, [&] { return imports_->progress(id_, ":1.1")->created == 1; }));
    imports_->cancel(id_, ":1.1");
    ASSERT_TRUE(ended(id_));
    EXPECT_EQ(imports_->progress(id_, ":1.1")->state, State::cancelled);
    EXPECT_TRUE(accounts_.find("ana"));
}

TEST_F(AnImportFromASilentPipe, IsForgottenWithItsOwner) {
    imports_->forget_owner(":1.1");
    EXPECT_EQ(imports_->progress(id_, ":1.1"), nullptr);
    EXPECT_TRUE(tests::eventually(loop_, [&] { return tasks_.active() == 0; }));
}

TEST_F(AnImport, CanBeAskedSomeMinutesAfterItsEndAndNotForEver) {
    const ImportId first = imports_->start(lines(""), by(helpdesk), ":1.1");
    ASSERT_TRUE(ended(first));
    clock_.advance(std::chrono::minutes(4));
    (void)imported("");
    EXPECT_NE(imports_->progress(first, ":1.1"), nullptr);
    clock_.advance(std::chrono::minutes(2));
    (void)imported("");
    EXPECT_EQ(imports_->progress(first, ":1.1"), nullptr);
}

TEST_F(AnImport, IsKeptUntilThereAreAsManyAsTheLimitSays) {
    const ImportId first = imports_->start(lines(""), by(helpdesk), ":1.1");
    ASSERT_TRUE(ended(first));
    for (std::size_t i = 1; i < limits::import_jobs; ++i) {
        (void)imported("");
    }
    EXPECT_NE(imports_->progress(first, ":1.1"), nullptr);
    (void)imported("");
    EXPECT_EQ(imports_->progress(first, ":1.1"), nullptr);
}

} // namespace
} // namespace loquet::accounts
