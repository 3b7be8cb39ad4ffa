// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/process.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <csignal>

namespace loquet::cli {
namespace {

TEST(AProcess, SaysHowItEnded) {
    EXPECT_EQ(Process({"sh", "-c", "exit 7"}, {}, {}).wait(), 7);
    EXPECT_EQ(Process({"sh", "-c", "kill -TERM $$"}, {}, {}).wait(), 128 + SIGTERM);
}

TEST(AProcess, IsNotStartedWhereItsProgramIsMissing) {
    try {
        const Process process({"/nonexistent/program"}, {}, {});
        FAIL() << "it was";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.kind(), base::Error::Kind::not_found);
    }
}

TEST(AProcess, HasOurDescriptorsAndVariablesWhereItIsTold) {
    const tests::TempFolder folder;
    const base::Fd out(::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const Process::Redirection redirection{out.get(), 1};
    ::setenv("LOQUET_TEST", "old", 1);
    Process process(
        {"sh", "-c", "echo $LOQUET_TEST; [ -e /proc/self/fd/" + std::to_string(out.get()) + " ] || echo gone"},
        {"LOQUET_TEST=new"}, std::span(&redirection, 1));
    EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(base::read_file(folder / "out", 100), "new\ngone\n");
}

TEST(AProcess, TakesItsSignalsAsIfNobodyHadIgnoredThem) {
    ::signal(SIGINT, SIG_IGN);
    EXPECT_EQ(Process({"sh", "-c", "kill -INT $$"}, {}, {}).wait(), 128 + SIGINT);
    ::signal(SIGINT, SIG_DFL);
}

TEST(AProcess, IsHeardUpToALimitAndNotOneByteBeyond) {
    const auto said = [](std::size_t bytes) {
        return run_program({"sh", "-c", "head -c " + std::to_string(bytes) + " /dev/zero | tr '\\0' x"},
                           Channels::apart)
            .output.front()
            .size();
    };
    EXPECT_EQ(said(limits::program_output_bytes), limits::program_output_bytes);
    EXPECT_EQ(said(limits::program_output_bytes + 1), limits::program_output_bytes);
}

TEST(AProcess, CanBeEnded) {
    Process process({"sleep", "1000"}, {}, {});
    process.terminate();
    EXPECT_EQ(process.wait(), 128 + SIGTERM);
    process.terminate(); // a number that is no longer ours is not signalled
}

} // namespace
} // namespace loquet::cli
