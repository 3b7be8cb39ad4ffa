// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "nss_module/lookup.h"
#include "nss_module/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace loquet::nss {
namespace {

using namespace std::string_literals;
using directory::Group;
using directory::Person;

/// As Image gives them, of a text that the caller keeps.
Person person_of(const std::string& text, std::uint32_t uid, std::uint32_t gid, std::size_t name_bytes = 5) {
    const std::size_t gecos = name_bytes + 3;
    const std::size_t shell = text.find('\0', gecos) + 1;
    Person person;
    person.uid = uid;
    person.gid = gid;
    person.text = text;
    person.name = {text.data(), name_bytes};
    person.gecos = {text.data() + gecos, shell - gecos - 1};
    person.home = {text.data() + shell, 0};
    person.shell = {text.data() + shell + 1, text.size() - shell - 2};
    return person;
}

class Packing : public testing::Test {
protected:
    Packed pack_person(const std::string& text, std::uint32_t uid = 30001, std::uint32_t gid = 30001) {
        return pack(person_of(text, uid, gid), person_, buffer_);
    }
    Packed pack_group(const std::string& text, const std::vector<std::uint32_t>& members, std::uint32_t gid = 40000) {
        return pack(Group{gid, text, std::string_view(text).substr(0, text.find('\0')), members}, group_, buffer_);
    }
    std::vector<char> buffer_ = std::vector<char>(16 * 1024);
    passwd person_{};
    ::group group_{};
};

TEST_F(Packing, RefusesNumbersOfTheSystem) {
    const std::string text = "alice\0x\0A\0\0/bin/sh\0"s;
    EXPECT_EQ(pack_person(text), Packed::yes);
    EXPECT_EQ(pack_person(text, 999), Packed::refused);
    EXPECT_EQ(pack_person(text, 0), Packed::refused);
    EXPECT_EQ(pack_person(text, 30001, 0), Packed::refused);
    EXPECT_EQ(pack_person(text, 30001, 42), Packed::refused);
    EXPECT_EQ(pack_person(text, 30001, 65535), Packed::refused);
    EXPECT_EQ(pack_group("crew\0x\0"s, {}), Packed::yes);
    EXPECT_EQ(pack_group("crew\0x\0"s, {}, 27), Packed::refused);
}

TEST_F(Packing, RefusesNamesAndTextsThatPasswdCouldNotHold) {
    EXPECT_EQ(pack_person("sudo\0\0x\0A\0\0/bin/sh\0"s), Packed::refused) << "a NUL in the name";
    EXPECT_EQ(pack_person("-lice\0x\0A\0\0/bin/sh\0"s), Packed::refused);
    EXPECT_EQ(pack_person("alice\0x\0A\nroot::0:0::/:\0\0/bin/sh\0"s), Packed::refused);
    EXPECT_EQ(pack_person("alice\0x\0A\0\0/bin/sh:\0"s), Packed::refused);
    EXPECT_EQ(pack_person("alice\0x\0A,B\0\0/bin/sh\0"s), Packed::yes);
    EXPECT_EQ(pack_group("sudo\0x\0alice\0"s, {7}), Packed::refused);
    EXPECT_EQ(pack_group("crew\0x\0ali,ce\0"s, {7}), Packed::refused);
    EXPECT_EQ(pack_group("crew\0x\0ali\nce\0"s, {7}), Packed::refused);
}

TEST_F(Packing, NeverTellsOfAnEmptyPassword) {
    ASSERT_EQ(pack_person("alice\0\0\0A\0\0/bin/sh\0"s), Packed::yes);
    EXPECT_STREQ(person_.pw_passwd, "x");
    EXPECT_STREQ(person_.pw_gecos, "A");
    ASSERT_EQ(pack_group("crew\0\0\0alice\0"s, {7}), Packed::yes);
    EXPECT_STREQ(group_.gr_passwd, "x");
    EXPECT_STREQ(group_.gr_mem[0], "alice");
}

TEST_F(Packing, EndsEveryStringThoughTheFileChangesWhileItIsRead) {
    std::string text = "alice\0x\0A\0\0/bin/sh\0"s;
    const Person before = person_of(text, 30001, 30001);
    std::fill(text.begin() + 5, text.end(), 'a'); // as a writer could, after the reader's look
    ASSERT_EQ(pack(before, person_, std::span(buffer_).first(text.size())), Packed::yes);
    EXPECT_STREQ(person_.pw_name, "alice");
    EXPECT_STREQ(person_.pw_gecos, "a");
    EXPECT_STREQ(person_.pw_dir, "");
    EXPECT_STREQ(person_.pw_shell, "aaaaaaa");
    const std::string members = "crew\0x\0aliceaaa"s;
    ASSERT_EQ(pack_group(members, {7}), Packed::yes);
    EXPECT_STREQ(group_.gr_mem[0], "aliceaa");
    EXPECT_EQ(pack_group("crew\0x\0alice\0"s, {13}), Packed::damaged) << "a member that begins behind the text";
}

TEST_F(Packing, StopsAtTheLongestTextOfAPerson) {
    const std::string around = "alice\0x\0\0\0/bin/sh\0"s;
    const auto text = [&](std::size_t size) {
        std::string longer = around;
        return longer.insert(8, size - around.size(), 'g');
    };
    EXPECT_EQ(pack_person(text(limits::person_text_bytes)), Packed::yes);
    EXPECT_EQ(pack_person(text(limits::person_text_bytes + 1)), Packed::refused);
}

TEST_F(Packing, StopsAtTheLongestTextOfAGroup) {
    const std::string around = "crew\0x\0"s;
    const auto text = [&](std::size_t size) { return around + std::string(size - around.size() - 1, 'm') + '\0'; };
    EXPECT_EQ(pack_group(text(limits::group_text_bytes), {7}), Packed::too_small);
    EXPECT_EQ(pack_group(text(limits::group_text_bytes + 1), {7}), Packed::refused);
    EXPECT_EQ(pack_group(around, {7, 7, 7, 7}), Packed::refused) << "more members than the text has room for";
}

class AGroupList : public testing::Test {
protected:
    ~AGroupList() override { std::free(list_); }
    GroupList list(long limit = -1) { return {used_, size_, list_, limit}; }

    long used_ = 0;
    long size_ = 1;
    gid_t* list_ = static_cast<gid_t*>(std::malloc(sizeof(gid_t)));
};

TEST_F(AGroupList, GrowsAsFarAsItMay) {
    const std::vector<std::uint32_t> gids{40000, 40001, 40002};
    EXPECT_EQ(list(2).add(gids, 0), GroupList::Added::full);
    EXPECT_EQ(std::vector(list_, list_ + used_), (std::vector<gid_t>{40000, 40001}));
    EXPECT_EQ(list().add(gids, 40001), GroupList::Added::yes);
    EXPECT_EQ(std::vector(list_, list_ + used_), (std::vector<gid_t>{40000, 40001, 40000, 40002}));
    EXPECT_GE(size_, used_);
}

TEST_F(AGroupList, LeavesOutWhatTheDirectoryMayNotSay) {
    const std::vector<std::uint32_t> gids{0, 4, 6, 27, 29, 42, 44, 50, 101, 999, 1000, 65534, 0xFFFFFFFF, 40000};
    EXPECT_EQ(list().add(gids, 0), GroupList::Added::yes);
    EXPECT_EQ(std::vector(list_, list_ + used_), (std::vector<gid_t>{29, 44, 1000, 40000}));
}

TEST_F(AGroupList, StopsAtAsManyAsTheKernelTakes) {
    std::vector<std::uint32_t> gids(limits::groups_per_person + 1);
    std::iota(gids.begin(), gids.end(), 100000);
    EXPECT_EQ(list().add(std::span(gids).first(limits::groups_per_person), 0), GroupList::Added::yes);
    EXPECT_EQ(used_, static_cast<long>(limits::groups_per_person));
    used_ = 0;
    EXPECT_EQ(list().add(gids, 0), GroupList::Added::yes);
    EXPECT_EQ(used_, static_cast<long>(limits::groups_per_person));
}

} // namespace
} // namespace loquet::nss
