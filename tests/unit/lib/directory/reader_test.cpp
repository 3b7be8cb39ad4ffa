// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/directory/format.h"
#include "lib/directory/publisher.h"
#include "lib/directory/reader.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace loquet::directory {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

static_assert(std::is_trivially_destructible_v<Reader>);

/// Persons 1 to 20, who all say of themselves how often the directory was written.
constexpr std::uint32_t persons = 20;
void add_persons(ImageWriter& writer, std::uint64_t round) {
    for (std::uint32_t uid = 1; uid <= persons; ++uid) {
        const std::string name = "person" + std::to_string(uid);
        const std::string gecos = "round " + std::to_string(round);
        writer.add(PersonEntry{uid, uid, true, name, gecos, "/home/" + name, "/bin/sh", {}});
    }
}

class AReader : public testing::Test {
protected:
    ~AReader() override { reader_.close(); }
    void publish(std::uint64_t round) {
        publisher_.publish([round](ImageWriter& writer) { add_persons(writer, round); }, round);
    }
    void amend(std::uint64_t round) {
        publisher_.amend([round](ImageWriter& writer) { add_persons(writer, round); }, round);
    }
    /// What a person says of themselves; nothing where there is no directory.
    std::optional<std::string> gecos(std::uint32_t uid) {
        std::optional<std::string> answer;
        reader_.ask([&](const View& view) {
            Person person;
            answer = view.person(uid, person) == Found::yes ? std::string(person.gecos) : "nobody";
        });
        return answer;
    }
    static std::size_t mappings() {
        std::ifstream maps("/proc/self/maps");
        std::size_t count = 0;
        for (std::string line; std::getline(maps, line);) {
            count += line.find(base_prefix) != std::string::npos ? 1U : 0U;
        }
        return count;
    }

    tests::TempFolder folder_;
    Publisher publisher_{folder_.path()};
    Reader reader_{folder_.path().c_str()};
};

TEST_F(AReader, HasNoAnswerWithoutADirectoryAndOneAsSoonAsThereIs) {
    EXPECT_EQ(gecos(1), std::nullopt);
    publish(1);
    EXPECT_EQ(gecos(1), "round 1");
    EXPECT_EQ(gecos(21), "nobody");
}

TEST_F(AReader, SeesEachChangeAtOnceAndKeepsNothingOfTheFormerOnes) {
    for (std::uint64_t round = 1; round <= 200; ++round) {
        round % 3 == 1 ? publish(round) : amend(round);
        ASSERT_EQ(gecos(7), "round " + std::to_string(round));
    }
    EXPECT_EQ(mappings(), 1U);
}

TEST_F(AReader, FindsOutByItselfWhatAWriterThatDiedCouldNotSay) {
    publish(1);
    EXPECT_EQ(gecos(1), "round 1");
    const tests::TempFolder elsewhere; // whose publisher does not know of the file that is mapped here
    Publisher other(elsewhere.path());
    other.publish([](ImageWriter& writer) { add_persons(writer, 2); }, 2);
    for (const auto& entry : std::filesystem::directory_iterator(elsewhere.path())) {
        if (entry.path().filename() != current_file) {
            std::filesystem::copy(entry.path(), folder_.path());
        }
    }
    base::replace_file(folder_ / current_file, base::read_file(elsewhere / current_file, 4096), 0644);
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (gecos(1) != "round 2" && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(gecos(1), "round 2");
}

TEST_F(AReader, HasNoAnswerWhereTheBaseIsMissingOrDamaged) {
    publish(1);
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
        if (entry.path().filename().string().starts_with(base_prefix)) {
            base::replace_file(entry.path(), "damaged", 0644);
        }
    }
    EXPECT_EQ(gecos(1), std::nullopt);
    publish(2);
    EXPECT_EQ(gecos(1), "round 2");
}

TEST_F(AReader, GoesOnWithTheFormerDirectoryWhereTheNewOneCannotBeHad) {
    publish(1);
    EXPECT_EQ(gecos(1), "round 1");
    rlimit former{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &former), 0);
    publish(2);
    const rlimit none{0, former.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto without_descriptors = gecos(1);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &former), 0);
    EXPECT_EQ(without_descriptors, "round 1");
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (gecos(1) != "round 2" && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(gecos(1), "round 2");
    EXPECT_EQ(mappings(), 1U);
}

TEST_F(AReader, GoesOnInAChild) {
    publish(1);
    EXPECT_EQ(gecos(1), "round 1");
    const pid_t child = ::fork();
    if (child == 0) {
        const bool before = gecos(1) == "round 1";
        publish(2);
        ::_exit(before && gecos(1) == "round 2" ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(gecos(1), "round 2");
}

TEST_F(AReader, OfManyThreadsSeesOnlyWholeAnswersWhileTheDirectoryIsReplaced) {
    constexpr int threads = 8;
    constexpr std::uint64_t rounds = 500;
    publish(0);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> missing{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < threads; ++i) {
        readers.emplace_back([&] {
            while (!done.load()) {
                const bool answered = reader_.ask([&](const View& view) {
                    Person person;
                    Cursor cursor;
                    std::string first;
                    std::uint32_t met = 0;
                    while (view.next_person(cursor, person) == Found::yes) {
                        if (met++ == 0) {
                            first = person.gecos;
                        }
                        wrong += person.gecos != first ? 1U : 0U; // of another round than the first
                    }
                    wrong += met != persons ? 1U : 0U;
                });
                missing += answered ? 0U : 1U;
            }
        });
    }
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        round % 2 == 0 ? publish(round) : amend(round);
    }
    done = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(wrong.load(), 0U);
    EXPECT_EQ(missing.load(), 0U);
    EXPECT_EQ(gecos(1), "round " + std::to_string(rounds));
    EXPECT_EQ(mappings(), 1U);
}

} // namespace
} // namespace loquet::directory
