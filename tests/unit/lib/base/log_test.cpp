// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace loquet::log {

namespace {

class ALog : public testing::Test {
protected:
    void SetUp() override { ::unsetenv("JOURNAL_STREAM"); } // NOLINT(concurrency-mt-unsafe): one thread
    void TearDown() override { set_level(Level::info); }

    /// What `body` writes to standard error.
    template <class Body>
    std::string written(Body body) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        const base::Fd read_end(ends[0]);
        base::Fd write_end(ends[1]);
        const base::Fd real = base::duplicate(STDERR_FILENO);
        ::dup2(write_end.get(), STDERR_FILENO);
        body();
        ::dup2(real.get(), STDERR_FILENO);
        write_end = base::Fd();
        std::array<char, 65536> room{};
        const ssize_t got = ::read(read_end.get(), room.data(), room.size());
        return {room.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }
};

TEST_F(ALog, HasOneLineForAMessageWithItsLevelNameAndFields) {
    EXPECT_EQ(written([] {
                  write(Level::warning, id::account_locked, "The account is locked.", {{"LOQUET_ACCOUNT", "bonnie"}});
              }),
              "<4>The account is locked. [account-locked] loquet_account=bonnie\n");
}

TEST_F(ALog, T22_CannotBeForgedByAValueOrAText) {
    const std::string forged = "bonnie\n<5>All is well. [login]\x1b[2J\r";
    const std::string lines = written([&] { notice(id::login, "Refused: " + forged, {{"LOQUET_ACCOUNT", forged}}); });
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
    EXPECT_EQ(lines.back(), '\n');
    EXPECT_EQ(lines.find('\x1b'), std::string::npos);
    EXPECT_EQ(lines.find('\r'), std::string::npos);
    EXPECT_NE(lines.find("loquet_account=bonnie\\x0a<5>"), std::string::npos) << lines;
    const std::string naive = "<5>Refused: " + forged + "\n";
    EXPECT_EQ(std::count(naive.begin(), naive.end(), '\n'), 2) << "the check must see what a naive log writes";
}

TEST_F(ALog, DropsWhatIsBelowItsLevel) {
    EXPECT_EQ(written([] { write(Level::debug, id::login, "detail"); }), "");
    EXPECT_NE(written([] { info(id::login, "news"); }), "");
    set_level(Level::error);
    EXPECT_EQ(written([] { warning(id::login, "careful"); }), "");
    EXPECT_NE(written([] { error(id::login, "broken"); }), "");
    set_level(Level::debug);
    EXPECT_NE(written([] { write(Level::debug, id::login, "detail"); }), "");
}

} // namespace

} // namespace loquet::log
