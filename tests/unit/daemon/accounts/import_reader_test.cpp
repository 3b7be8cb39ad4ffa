// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import.h"
#include "lib/base/error.h"
#include "tests/support/error_kind.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>
#include <vector>

namespace loquet::accounts {
namespace {

using base::Error;
using ::testing::ElementsAre;
using ::testing::Pair;
using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

class AnImportReader : public ::testing::Test {
protected:
    [[nodiscard]] base::Fd file_with(const std::string& content) const {
        base::Fd file(::open((folder_ / "lines").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        base::write_all(file.get(), content);
        ::lseek(file.get(), 0, SEEK_SET);
        return file;
    }
    /// A line that was too long is "...".
    static Lines read(ImportReader& reader, std::size_t most, bool& more) {
        Lines lines;
        more = reader.read(most, [&](std::uint64_t number, const std::string_view* text) {
            lines.emplace_back(number, text == nullptr ? "..." : std::string(*text));
        });
        return lines;
    }
    static Lines all(ImportReader& reader) {
        Lines lines;
        for (bool more = true; more;) {
            for (auto& line : read(reader, 2, more)) {
                lines.push_back(std::move(line));
            }
        }
        return lines;
    }
    tests::TempFolder folder_;
};

TEST_F(AnImportReader, GivesLinesWithTheirNumbersAndPassesOverEmptyOnes) {
    ImportReader reader(file_with("one\n\n  \r\ntwo\nthree"));
    EXPECT_EQ(reader.bytes_in_all(), 18U);
    EXPECT_THAT(all(reader), ElementsAre(Pair(1, "one"), Pair(4, "two"), Pair(5, "three")));
    EXPECT_EQ(reader.bytes_read(), 18U);
}

TEST_F(AnImportReader, GivesAtMostAsManyAsAreWanted) {
    ImportReader reader(file_with("one\ntwo\nthree\n"));
    bool more = false;
    EXPECT_THAT(read(reader, 2, more), ElementsAre(Pair(1, "one"), Pair(2, "two")));
    EXPECT_TRUE(more);
}

TEST_F(AnImportReader, TakesALineUpToTheLimitAndRefusesALongerOneAlone) {
    const std::string most(limits::import_line_bytes, 'a');
    const std::string huge(10 * limits::import_line_bytes, 'b');
    ImportReader reader(file_with(most + "\n" + most + "x\n" + huge + "\nafter\n" + huge));
    EXPECT_THAT(all(reader),
                ElementsAre(Pair(1, most), Pair(2, "..."), Pair(3, "..."), Pair(4, "after"), Pair(5, "...")));
}

TEST_F(AnImportReader, TakesAsManyBytesAsTheLimitSaysAndNotOneMore) {
    ImportReader enough(file_with("one\ntwo\n"), 8);
    EXPECT_THAT(all(enough), ::testing::SizeIs(2));
    ImportReader too_many(file_with("one\ntwo\n3"), 8);
    EXPECT_EQ(tests::kind_of_error([&] { (void)all(too_many); }), Error::Kind::limited);
}

TEST_F(AnImportReader, GivesWhatAPipeHasAndWaitsForTheRest) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    base::Fd writing(ends[1]);
    ImportReader reader((base::Fd(ends[0])));
    EXPECT_EQ(reader.bytes_in_all(), 0U);
    base::write_all(writing.get(), "one\ntw");
    bool more = false;
    EXPECT_THAT(read(reader, 10, more), ElementsAre(Pair(1, "one")));
    std::thread writer([&] {
        base::write_all(writing.get(), "o\n");
        const base::Fd closed = std::move(writing);
    });
    Lines rest = all(reader);
    writer.join();
    EXPECT_THAT(rest, ElementsAre(Pair(2, "two")));
}

TEST_F(AnImportReader, EndsWhenItIsCancelledWhileAPipeIsSilent) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const base::Fd writing(ends[1]);
    ImportReader reader((base::Fd(ends[0])));
    std::thread canceller([&] { reader.cancel(); });
    EXPECT_EQ(tests::kind_of_error([&] { (void)all(reader); }), Error::Kind::unavailable);
    canceller.join();
}

TEST_F(AnImportReader, TakesFilesAndPipesAlone) {
    for (const char* path : {"/", "/dev/zero", "/dev/null"}) {
        EXPECT_EQ(
            tests::kind_of_error([&] { const ImportReader reader(base::Fd(::open(path, O_RDONLY | O_CLOEXEC))); }),
            Error::Kind::invalid)
            << path;
    }
}

} // namespace
} // namespace loquet::accounts
