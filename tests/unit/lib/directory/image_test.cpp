// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/image.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

std::string_view member(const Group& group, std::size_t index) {
    return group.text.substr(group.members[index], group.text.find('\0', group.members[index]) - group.members[index]);
}

TEST(AnImage, KnowsAPersonByNameAndByNumber) {
    ImageBytes bytes = small_image();
    const Image image = bytes.image();
    ASSERT_EQ(image.state(), Image::State::good);
    Person by_name;
    ASSERT_EQ(image.person("alice"sv, by_name), Found::yes);
    EXPECT_EQ(by_name.uid, 30001U);
    EXPECT_EQ(by_name.gid, 30001U);
    EXPECT_TRUE(by_name.private_group);
    EXPECT_EQ(by_name.gecos, "Alice Lefèvre,,,");
    EXPECT_EQ(by_name.home, "/home/alice");
    EXPECT_EQ(by_name.shell, "/bin/bash");
    EXPECT_EQ(by_name.text, "alice\0x\0Alice Lefèvre,,,\0/home/alice\0/bin/bash\0"sv);
    EXPECT_THAT(by_name.groups, ElementsAre(40000U, 29U));
    Person by_number;
    ASSERT_EQ(image.person(30002U, by_number), Found::yes);
    EXPECT_EQ(by_number.text, "bob\0x\0\0/home/bob\0\0"sv);
    EXPECT_EQ(by_number.gid, 40000U);
    EXPECT_FALSE(by_number.private_group);
}

TEST(AnImage, KnowsAGroupByNameAndByNumber) {
    ImageBytes bytes = small_image();
    const Image image = bytes.image();
    Group staff;
    ASSERT_EQ(image.group("staff"sv, staff), Found::yes);
    EXPECT_EQ(staff.gid, 40000U);
    ASSERT_EQ(staff.members.size(), 2U);
    EXPECT_EQ(member(staff, 0), "alice");
    EXPECT_EQ(member(staff, 1), "bob");
    Group empty;
    ASSERT_EQ(image.group(40001U, empty), Found::yes);
    EXPECT_EQ(empty.name, "empty");
    EXPECT_TRUE(empty.members.empty());
}

TEST(AnImage, KnowsNobodyElse) {
    ImageBytes bytes = small_image();
    const Image image = bytes.image();
    Person person;
    Group group;
    for (const std::string_view name : {""sv, "alic"sv, "alicee"sv, "Alice"sv, "alice\0"sv, "staff"sv, "x"sv}) {
        EXPECT_EQ(image.person(name, person), Found::no) << name;
    }
    for (const std::uint32_t uid : {0U, 1U, 30000U, 30003U, 40000U, 0xFFFFFFFFU}) {
        EXPECT_EQ(image.person(uid, person), Found::no) << uid;
    }
    EXPECT_EQ(image.group("alice"sv, group), Found::no);
    EXPECT_EQ(image.group(30001U, group), Found::no);
}

TEST(AnImage, WithoutEntriesKnowsNobodyAndIsWhole) {
    ImageBytes bytes = written_image([](ImageWriter&) {});
    for (const Image& image : {bytes.image(), Image()}) {
        ASSERT_EQ(image.state(), Image::State::good);
        EXPECT_TRUE(image.empty());
        Person person;
        Group group;
        EXPECT_EQ(image.person("alice"sv, person), Found::no);
        EXPECT_EQ(image.group(0U, group), Found::no);
        Position position = image.first_person();
        EXPECT_EQ(image.next_person(position, person), Found::no);
        position = image.first_group();
        EXPECT_EQ(image.next_group(position, group), Found::no);
    }
}

TEST(AnImage, IsWalkedInAscendingOrder) {
    ImageBytes bytes = small_image();
    const Image image = bytes.image();
    std::vector<std::uint32_t> uids;
    Person person;
    for (Position at = image.first_person(); image.next_person(at, person) == Found::yes;) {
        uids.push_back(person.uid);
    }
    EXPECT_THAT(uids, ElementsAre(30001U, 30002U));
    std::vector<std::string> groups;
    Group group;
    for (Position at = image.first_group(); image.next_group(at, group) == Found::yes;) {
        groups.emplace_back(group.name);
    }
    EXPECT_THAT(groups, ElementsAre("staff", "empty"));
}

TEST(AnAmendingImage, SaysWhoIsGone) {
    ImageBytes bytes = written_image(
        [](ImageWriter& writer) {
            writer.remove_person(30001);
            writer.remove_group(40001);
        },
        {77, 12});
    const Image image = bytes.image();
    EXPECT_EQ(image.base_identity(), 77U);
    EXPECT_EQ(image.store_generation(), 12U);
    EXPECT_FALSE(image.empty());
    Person person;
    EXPECT_EQ(image.person(30001U, person), Found::removed);
    EXPECT_EQ(image.person(30002U, person), Found::no);
    Position at = image.first_person();
    EXPECT_EQ(image.next_person(at, person), Found::removed);
    EXPECT_EQ(person.uid, 30001U);
    EXPECT_EQ(image.next_person(at, person), Found::no);
    Group group;
    EXPECT_EQ(image.group(40001U, group), Found::removed);
}

TEST(AnImage, OfManyPersonsKnowsEachOfThem) {
    constexpr std::uint32_t persons = 50000;
    const auto name_of = [](std::uint32_t uid) { return "person" + std::to_string(uid * 7919); };
    ImageBytes bytes = written_image([&](ImageWriter& writer) {
        for (std::uint32_t uid = 0; uid < persons; ++uid) {
            const std::string name = name_of(uid);
            writer.add(PersonEntry{uid, uid, true, name, name, "/home/" + name, "/bin/sh", {}});
        }
    });
    const Image image = bytes.image();
    Person person;
    for (std::uint32_t uid = 0; uid < persons; ++uid) {
        const std::string name = name_of(uid);
        ASSERT_EQ(image.person(uid, person), Found::yes) << uid;
        ASSERT_EQ(person.name, name);
        ASSERT_EQ(image.person(std::string_view(name), person), Found::yes) << name;
        ASSERT_EQ(person.uid, uid);
        ASSERT_EQ(image.person(std::string_view("no" + name), person), Found::no) << name;
    }
}

} // namespace
} // namespace loquet::directory
