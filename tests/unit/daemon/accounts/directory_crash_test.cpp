// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon dies at any moment, also between a commit and the file that shows it: the next start shows what is stored.
#include "lib/base/file.h"
#include "tests/unit/daemon/accounts/directory_fixture.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>

namespace loquet::accounts {
namespace {

class ADirectoryOfADaemonThatIsKilled : public ADirectoryFixture {
protected:
    /// In a process of its own: changes accounts without end, beginning with the number `from`, and says so after each.
    [[noreturn]] void change_for_ever(std::uint32_t from, int said) {
        bus::Loop loop;
        store::Store store({.folder = folder_ / "store"}, store::MasterKey(base::Secret(std::string(32, 'k'))), loop);
        DirectoryExport exporting(settings(), store, loop);
        for (std::uint32_t i = from;; ++i) {
            store.write_now([&](store::WriteTxn& txn) {
                store::AccountsTable::put(txn, person(30000 + i, "p" + std::to_string(i)));
                store::AccountsTable::erase(txn, model::Uid{30000 + i - 7});
            });
            base::write_all(said, ".");
            loop.run_once(base::Milliseconds(0));
        }
    }
};

TEST_F(ADirectoryOfADaemonThatIsKilled, ShowsWhatIsStoredAfterTheNextStart) {
    std::mt19937 chance(20261125); // NOLINT(cert-msc51-cpp): the same moments in each run, as far as a kill can be
    std::uint32_t from = 7;
    for (int round = 0; round < 12; ++round) {
        stop();
        store_.reset();
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const base::Fd heard(ends[0]);
        base::Fd said(ends[1]);
        const pid_t daemon = ::fork();
        ASSERT_GE(daemon, 0);
        if (daemon == 0) {
            change_for_ever(from, said.get());
        }
        said = base::Fd();
        // After some commits, wherever the export is by then.
        for (auto commits = 5 + chance() % 40; commits > 0; --commits) {
            char dot = 0;
            ASSERT_EQ(::read(heard.get(), &dot, 1), 1);
        }
        ::kill(daemon, SIGKILL);
        ASSERT_EQ(::waitpid(daemon, nullptr, 0), daemon);
        open_store();
        start();
        ASSERT_TRUE(eventually_equal()) << "round " << round;
        from += 100'000; // numbers are never given twice
    }
    EXPECT_FALSE(seen().empty()) << "no round came to a commit: the test shows nothing";
}

} // namespace
} // namespace loquet::accounts
