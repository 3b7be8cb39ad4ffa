// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/view.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

PersonEntry person_entry(std::uint32_t uid, std::string_view name, bool private_group = true) {
    return {uid, uid, private_group, name, "", "/", "", {}};
}

/// base: ann 10, ben 20, cleo 30 (no private group), dora 40; groups staff 100, old 101.
void fill_base(ImageWriter& writer) {
    writer.add(person_entry(10, "ann"));
    writer.add(person_entry(20, "ben"));
    writer.add(person_entry(30, "cleo", false));
    writer.add(person_entry(40, "dora"));
    const std::array<std::string, 1> members{"ann"};
    writer.add(GroupEntry{100, "staff", members});
    writer.add(GroupEntry{101, "old", {}});
}

/// Since then ann was renamed, ben removed, eve came between, zoe at the end; staff has two members, old is gone.
void fill_amendment(ImageWriter& writer) {
    writer.add(person_entry(10, "anna"));
    writer.remove_person(20);
    writer.add(person_entry(25, "eve"));
    writer.add(person_entry(50, "zoe"));
    const std::array<std::string, 2> members{"anna", "zoe"};
    writer.add(GroupEntry{100, "staff", members});
    writer.remove_group(101);
    writer.add(GroupEntry{102, "new", {}});
}

class AView : public testing::Test {
protected:
    static std::vector<std::string> persons_of(const View& view, Cursor cursor = {}) {
        std::vector<std::string> names;
        Person person;
        Found found = Found::no;
        while ((found = view.next_person(cursor, person)) == Found::yes) {
            names.emplace_back(person.name);
        }
        EXPECT_EQ(found, Found::no);
        return names;
    }
    static std::vector<std::string> groups_of(const View& view) {
        std::vector<std::string> names;
        Cursor cursor;
        Group group;
        while (view.next_group(cursor, group) == Found::yes) {
            names.emplace_back(group.name);
        }
        return names;
    }

    ImageBytes base_bytes_ = written_image(fill_base);
    ImageBytes none_bytes_ = written_image([](ImageWriter&) {}, {1, 1});
    ImageBytes amendment_bytes_ = written_image(fill_amendment, {1, 2});
    Image base_ = base_bytes_.image();
    Image none_ = none_bytes_.image();
    Image amendment_ = amendment_bytes_.image();
    View before_{base_, none_};
    View after_{base_, amendment_};
};

TEST_F(AView, OfABaseAloneIsTheBase) {
    Person person;
    EXPECT_EQ(before_.person("ann"sv, person), Found::yes);
    EXPECT_EQ(before_.person(20U, person), Found::yes);
    EXPECT_EQ(before_.person("eve"sv, person), Found::no);
    EXPECT_THAT(persons_of(before_), ElementsAre("ann", "ben", "cleo", "dora"));
}

TEST_F(AView, OfAnAmendedBaseHasWhatIsNewAndNotWhatIsGone) {
    Person person;
    EXPECT_EQ(after_.person("anna"sv, person), Found::yes);
    EXPECT_EQ(person.uid, 10U);
    EXPECT_EQ(after_.person("ann"sv, person), Found::no); // under her former name
    EXPECT_EQ(after_.person(10U, person), Found::yes);
    EXPECT_EQ(person.name, "anna");
    EXPECT_EQ(after_.person("ben"sv, person), Found::no);
    EXPECT_EQ(after_.person(20U, person), Found::no);
    EXPECT_EQ(after_.person("cleo"sv, person), Found::yes);
    EXPECT_EQ(after_.person(25U, person), Found::yes);
    EXPECT_THAT(persons_of(after_), ElementsAre("anna", "eve", "cleo", "dora", "zoe"));
    Group group;
    EXPECT_EQ(after_.group("staff"sv, group), Found::yes);
    EXPECT_EQ(group.members.size(), 2U);
    EXPECT_EQ(after_.group("old"sv, group), Found::no);
    EXPECT_EQ(after_.group(101U, group), Found::no);
    EXPECT_EQ(after_.group(102U, group), Found::yes);
}

TEST_F(AView, GivesEachPersonTheirPrivateGroup) {
    Group group;
    ASSERT_EQ(after_.group("eve"sv, group), Found::yes);
    EXPECT_EQ(group.gid, 25U);
    EXPECT_EQ(group.text, "eve\0x\0"sv);
    EXPECT_TRUE(group.members.empty());
    ASSERT_EQ(after_.group(10U, group), Found::yes);
    EXPECT_EQ(group.name, "anna");
    EXPECT_EQ(after_.group("cleo"sv, group), Found::no);
    EXPECT_EQ(after_.group(30U, group), Found::no);
    EXPECT_EQ(after_.group("ben"sv, group), Found::no);
    EXPECT_THAT(groups_of(before_), ElementsAre("staff", "old", "ann", "ben", "dora"));
    EXPECT_THAT(groups_of(after_), ElementsAre("staff", "new", "anna", "eve", "dora", "zoe"));
}

TEST_F(AView, ThatIsReplacedDuringAnEnumerationShowsEachOnceWhoWasThereThroughout) {
    Cursor cursor;
    Person person;
    ASSERT_EQ(before_.next_person(cursor, person), Found::yes);
    ASSERT_EQ(before_.next_person(cursor, person), Found::yes);
    EXPECT_EQ(person.name, "ben");
    EXPECT_THAT(persons_of(after_, cursor), ElementsAre("eve", "cleo", "dora", "zoe"));
    ASSERT_EQ(after_.next_person(cursor, person), Found::yes);
    EXPECT_THAT(persons_of(before_, cursor), ElementsAre("cleo", "dora"));
}

TEST_F(AView, ComesToAnEndAtTheHighestNumber) {
    ImageBytes bytes = written_image([](ImageWriter& writer) { writer.add(person_entry(0xFFFFFFFF, "last")); });
    const Image last = bytes.image();
    EXPECT_THAT(persons_of(View(base_, last)), ElementsAre("ann", "ben", "cleo", "dora", "last"));
    EXPECT_THAT(persons_of(View(last, none_)), ElementsAre("last"));
}

TEST_F(AView, SaysDamagedWhereOneOfTheTwoIs) {
    amendment_bytes_.all()[header_bytes + sizeof(RecordHead)] ^= std::byte{1}; // in anna's record
    Person person;
    EXPECT_EQ(after_.person("anna"sv, person), Found::damaged);
    EXPECT_EQ(after_.person("ann"sv, person), Found::damaged); // the base's record may be gone by now
    EXPECT_EQ(after_.person("dora"sv, person), Found::yes);
    Cursor cursor;
    EXPECT_EQ(after_.next_person(cursor, person), Found::damaged);
}

} // namespace
} // namespace loquet::directory
