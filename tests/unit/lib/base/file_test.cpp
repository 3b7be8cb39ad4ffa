// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "tests/support/error_kind.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace loquet::base {

namespace {

using tests::kind_of_error;

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

TEST(AnFd, ClosesWhatItOwnsOnce) {
    Fd first = duplicate(STDERR_FILENO);
    const int number = first.get();
    {
        const Fd second = std::move(first);
        EXPECT_FALSE(first); // NOLINT(bugprone-use-after-move): that is the question
        EXPECT_EQ(second.get(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(AnFd, CanBeGivenAway) {
    int number = -1;
    {
        Fd fd = duplicate(STDERR_FILENO);
        number = fd.release();
        EXPECT_FALSE(fd);
    }
    EXPECT_TRUE(is_open(number));
    ::close(number);
}

TEST(AnFd, IsDuplicatedForThisProgramAlone) {
    const Fd fd = duplicate(STDERR_FILENO);
    EXPECT_NE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_GE(fd.get(), 3);
    EXPECT_EQ(kind_of_error([] { (void)duplicate(-1); }), Error::Kind::unavailable);
}

class AFile : public testing::Test {
protected:
    tests::TempFolder folder;
    std::string path = folder / "file";

    std::size_t entries() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            ++count;
        }
        return count;
    }
};

TEST_F(AFile, IsReadUpToTheLimitAndNotBeyond) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{10000}}) {
        const std::string content(size, 'x');
        replace_file(path, content, 0600);
        EXPECT_EQ(read_file(path, size), content);
        const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        EXPECT_EQ(read_secret(fd.get(), size).reveal(), content);
        if (size > 0) {
            EXPECT_EQ(kind_of_error([&] { (void)read_file(path, size - 1); }), Error::Kind::limited);
            const Fd again(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
            EXPECT_EQ(kind_of_error([&] { (void)read_secret(again.get(), size - 1); }), Error::Kind::limited);
        }
    }
}

TEST_F(AFile, ThatIsNotThereIsNotFound) {
    EXPECT_EQ(kind_of_error([&] { (void)read_file(path, 1); }), Error::Kind::not_found);
    EXPECT_EQ(kind_of_error([&] { (void)read_file(folder.path(), 1); }), Error::Kind::unavailable);
}

TEST_F(AFile, GetsItsModeWhateverTheUmaskSays) {
    const mode_t before = ::umask(0777);
    replace_file(path, "a", 0644);
    ::umask(0);
    replace_file(folder / "private", "a", 0600);
    ::umask(before);
    EXPECT_EQ(mode_of(path), 0644U);
    EXPECT_EQ(mode_of(folder / "private"), 0600U);
}

TEST_F(AFile, ThatIsReplacedIsANewOneAndTheOldStaysWholeForItsReaders) {
    replace_file(path, "old content", 0644);
    const Fd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    replace_file(path, "new", 0600);
    EXPECT_EQ(read_file(path, 100), "new");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(read_secret(reader.get(), 100).reveal(), "old content");
}

TEST_F(AFile, ThatCannotBeReplacedIsLeftAndNothingBesideIt) {
    ASSERT_TRUE(std::filesystem::create_directory(path)); // rename(2) of a file onto a folder fails
    EXPECT_EQ(kind_of_error([&] { replace_file(path, "new", 0644); }), Error::Kind::unavailable);
    EXPECT_TRUE(std::filesystem::is_directory(path));
    EXPECT_EQ(entries(), 1U);
}

TEST_F(AFile, IsNotMadeInAFolderThatIsNotThere) {
    EXPECT_EQ(kind_of_error([&] { replace_file(folder / "no/file", "new", 0644); }), Error::Kind::not_found);
}

TEST_F(AFile, IsWrittenWholeThroughAPipeThatTakesLittleAtATime) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    const std::string content(60000, 'p'); // below what a pipe holds, so that one thread is enough
    write_all(write_end.get(), content);
    write_end = Fd();
    EXPECT_EQ(read_secret(read_end.get(), content.size()).reveal(), content);
}

TEST_F(AFile, ThatTakesNoMoreIsAnError) {
    const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(kind_of_error([&] { write_all(full.get(), "a"); }), Error::Kind::unavailable);
}

TEST_F(AFile, MayLieInAFolderThatIsMadeOnce) {
    make_folder(folder / "sub", 0700);
    EXPECT_EQ(mode_of(folder / "sub"), 0700U);
    make_folder(folder / "sub", 0755);
    EXPECT_EQ(mode_of(folder / "sub"), 0700U) << "what exists is left as it is";
    EXPECT_EQ(kind_of_error([&] { make_folder(folder / "no/sub", 0700); }), Error::Kind::not_found);
}

} // namespace

} // namespace loquet::base
