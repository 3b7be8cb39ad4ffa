// SPDX-License-Identifier: LGPL-2.1-or-later
// What glibc asks and what it is told: entries, buffers that are too small, lists, names that nobody has.
#include "tests/unit/nss_module/module_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace loquet::tests {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

class TheModule : public ModuleFixture {};

TEST_F(TheModule, AnswersAsPasswdAndGroupWould) {
    publish();
    EXPECT_EQ(module_.person("alice").line, people[0]);
    EXPECT_EQ(module_.person("bob").line, people[1]);
    EXPECT_EQ(module_.person(30003).line, people[2]);
    EXPECT_EQ(module_.group("crew").line, their_groups[0]);
    EXPECT_EQ(module_.group(40001).line, their_groups[1]);
    EXPECT_EQ(module_.group("alice").line, their_groups[2]);
    EXPECT_EQ(module_.group(30003).line, their_groups[3]);
}

TEST_F(TheModule, SaysAtOnceThatItDoesNotKnowAForeignName) {
    publish();
    const Said nobody{NSS_STATUS_NOTFOUND, ENOENT, std::nullopt};
    for (const std::string name : {"root", "", "alic", "alicee", "ALICE", "30001", "+", "-", "alice:x"}) {
        EXPECT_EQ(module_.person(name).status, nobody.status) << name;
        EXPECT_EQ(module_.person(name).error, nobody.error) << name;
        EXPECT_EQ(module_.group(name).status, nobody.status) << name;
    }
    EXPECT_EQ(module_.person(std::string(100000, 'a')).status, nobody.status);
    for (const std::uint32_t id : {0U, 1U, 999U, 30000U, 65534U, 0xFFFFFFFFU}) {
        EXPECT_EQ(module_.person(id).status, nobody.status) << id;
        EXPECT_EQ(module_.group(id).status, nobody.status) << id;
    }
    EXPECT_EQ(module_.group("bob").status, nobody.status) << "bob has no group of his own";
}

TEST_F(TheModule, IsUnavailableWithoutADirectoryAndThereAsSoonAsThereIsOne) {
    const auto expect_unavailable = [](nss_status status, int error) {
        EXPECT_EQ(status, NSS_STATUS_UNAVAIL);
        EXPECT_EQ(error, ENOENT);
    };
    for (const Said& said : {module_.person("alice"), module_.person(0), module_.group("crew"), module_.group(0),
                             module_.next_person(), module_.next_group()}) {
        expect_unavailable(said.status, said.error);
    }
    errno = 0;
    const nss_status begun = module_.setpwent(0);
    expect_unavailable(begun, errno);
    EXPECT_EQ(module_.groups_of("alice", 1), std::nullopt);
    publish();
    EXPECT_EQ(module_.person("alice").line, people[0]);
}

/// Asks with every size from 0 until it is enough, in a buffer that ends where the size says.
template <class Entry, class Ask>
std::string expect_every_size_to_be_told(Ask ask) {
    constexpr char untouched = '\x5A';
    for (std::size_t size = 0; size < 4096; ++size) {
        std::vector<char> buffer(size + 64, untouched);
        Entry entry{};
        int error = 0;
        const nss_status status = ask(&entry, buffer.data(), size, &error);
        EXPECT_TRUE(std::all_of(buffer.begin() + static_cast<std::ptrdiff_t>(size), buffer.end(),
                                [](char c) { return c == untouched; }))
            << "it wrote behind " << size << " bytes";
        if (status == NSS_STATUS_SUCCESS) {
            return line_of(entry);
        }
        EXPECT_EQ(status, NSS_STATUS_TRYAGAIN) << size;
        EXPECT_EQ(error, ERANGE) << size;
    }
    return "no size was enough";
}

TEST_F(TheModule, AsksForALargerBufferUntilItIsEnough) {
    publish();
    const auto person = [&](auto... rest) { return module_.getpwnam_r("alice", rest...); };
    EXPECT_EQ(expect_every_size_to_be_told<passwd>(person), people[0]);
    const auto group = [&](auto... rest) { return module_.getgrgid_r(40000, rest...); };
    EXPECT_EQ(expect_every_size_to_be_told<::group>(group), their_groups[0]);
    module_.setpwent(0);
    const auto next = [&](auto... rest) { return module_.getpwent_r(rest...); };
    for (const std::string& line : people) {
        EXPECT_EQ(expect_every_size_to_be_told<passwd>(next), line) << "the list went on without an answer";
    }
    module_.setgrent(0);
    const auto next_group = [&](auto... rest) { return module_.getgrent_r(rest...); };
    for (const std::string& line : their_groups) {
        EXPECT_EQ(expect_every_size_to_be_told<::group>(next_group), line);
    }
}

TEST_F(TheModule, PutsPointersWhereTheyMayStand) {
    publish();
    for (std::size_t shift = 0; shift < alignof(char*); ++shift) {
        std::vector<char> buffer(4096);
        ::group entry{};
        int error = 0;
        ASSERT_EQ(module_.getgrnam_r("crew", &entry, buffer.data() + shift, buffer.size() - shift, &error),
                  NSS_STATUS_SUCCESS);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(entry.gr_mem) % alignof(char*), 0U);
        EXPECT_EQ(line_of(entry), their_groups[0]);
    }
}

TEST_F(TheModule, ListsEverybodyAndBeginsAgainWhereItIsTold) {
    publish();
    EXPECT_THAT(module_.persons(), ElementsAreArray(people));
    EXPECT_THAT(module_.groups(), ElementsAreArray(their_groups));
    module_.setpwent(0);
    EXPECT_EQ(module_.next_person().line, people[0]);
    EXPECT_EQ(module_.next_person().line, people[1]);
    module_.setpwent(0);
    EXPECT_EQ(module_.next_person().line, people[0]);
    module_.endpwent();
    EXPECT_EQ(module_.next_person().line, people[0]);
    EXPECT_EQ(module_.next_person().line, people[1]);
    EXPECT_EQ(module_.next_person().line, people[2]);
    EXPECT_EQ(module_.next_person().status, NSS_STATUS_NOTFOUND);
    EXPECT_EQ(module_.next_person().status, NSS_STATUS_NOTFOUND);
}

TEST_F(TheModule, ListsForEachThreadApart) {
    publish();
    module_.setpwent(0);
    EXPECT_EQ(module_.next_person().line, people[0]);
    std::vector<std::string> seen;
    std::thread other([&] { seen = module_.persons(); });
    other.join();
    EXPECT_THAT(seen, ElementsAreArray(people));
    EXPECT_EQ(module_.next_person().line, people[1]);
}

TEST_F(TheModule, AddsAPersonsGroupsToTheListOfTheCaller) {
    publish();
    EXPECT_THAT(*module_.groups_of("alice", 30001), ElementsAre(30001, 40000, 29));
    EXPECT_THAT(*module_.groups_of("alice", 29), ElementsAre(29, 40000));
    EXPECT_THAT(*module_.groups_of("bob", 40000), ElementsAre(40000));
    EXPECT_THAT(*module_.groups_of("carol", 7), ElementsAre(7));
    EXPECT_EQ(module_.groups_of("nobody-of-ours", 7), std::nullopt);
    EXPECT_THAT(*module_.groups_of("alice", 30001, 2), ElementsAre(30001, 40000)) << "two are the limit";
    EXPECT_THAT(*module_.groups_of("alice", 30001, 1), ElementsAre(30001));
}

TEST_F(TheModule, LeavesErrnoAloneWhereAllIsWell) {
    publish();
    errno = 4711;
    EXPECT_EQ(module_.setpwent(0), NSS_STATUS_SUCCESS);
    EXPECT_EQ(module_.person("alice").error, 0);
    EXPECT_EQ(errno, 4711);
}

} // namespace
} // namespace loquet::tests
