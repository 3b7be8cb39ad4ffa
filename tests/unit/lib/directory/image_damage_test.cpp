// SPDX-License-Identifier: LGPL-2.1-or-later
// An image cut off or spoilt anywhere: "nobody" or "damaged", and never an answer that its writer did not write.
#include "lib/directory/digest.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_steps = 16; ///< more than the small image has records

/// Everything that the small image can be asked, with its true answers: what comes is one of them, or none.
void expect_no_wrong_answer(const Image& image) {
    constexpr std::string_view alice_text = "alice\0x\0Alice Lefèvre,,,\0/home/alice\0/bin/bash\0"sv;
    constexpr std::string_view bob_text = "bob\0x\0\0/home/bob\0\0"sv;
    const auto true_person = [&](const Person& person) {
        return (person.text == alice_text && person.uid == 30001 && person.gid == 30001 && person.private_group
                && std::ranges::equal(person.groups, std::array{40000U, 29U}))
               || (person.text == bob_text && person.uid == 30002 && person.gid == 40000 && !person.private_group
                   && std::ranges::equal(person.groups, std::array{40000U}));
    };
    const auto true_group = [](const Group& group) {
        return (group.text == "staff\0x\0alice\0bob\0"sv && group.gid == 40000 && group.members.size() == 2)
               || (group.text == "empty\0x\0"sv && group.gid == 40001 && group.members.empty());
    };
    Person person;
    Group group;
    for (const std::string_view name : {"alice"sv, "bob"sv, "carol"sv}) {
        if (image.person(name, person) == Found::yes) {
            EXPECT_TRUE(true_person(person) && person.name == name);
        }
    }
    for (const std::uint32_t uid : {30001U, 30002U, 30003U}) {
        const Found found = image.person(uid, person);
        EXPECT_NE(found, Found::removed);
        EXPECT_TRUE(found != Found::yes || (true_person(person) && person.uid == uid));
    }
    for (const std::string_view name : {"staff"sv, "empty"sv, "none"sv}) {
        if (image.group(name, group) == Found::yes) {
            EXPECT_TRUE(true_group(group) && group.name == name);
        }
    }
    for (const std::uint32_t gid : {40000U, 40001U, 40002U}) {
        EXPECT_TRUE(image.group(gid, group) != Found::yes || (true_group(group) && group.gid == gid));
    }
    Position at = image.first_person();
    for (std::size_t step = 0; step < most_steps && image.next_person(at, person) == Found::yes; ++step) {
        EXPECT_TRUE(true_person(person));
    }
    at = image.first_group();
    for (std::size_t step = 0; step < most_steps && image.next_group(at, group) == Found::yes; ++step) {
        EXPECT_TRUE(true_group(group));
    }
}

TEST(ADamagedImage, CutOffAtAnyLengthIsRefusedWhole) {
    ImageBytes bytes = small_image();
    for (std::size_t size = 0; size < bytes.all().size(); ++size) {
        const Image image(bytes.first(size));
        ASSERT_NE(image.state(), Image::State::good) << size;
        ASSERT_TRUE(image.empty()) << size;
        expect_no_wrong_answer(image);
    }
    EXPECT_EQ(bytes.image().state(), Image::State::good);
}

TEST(ADamagedImage, WithAnyBitFlippedGivesNoWrongAnswer) {
    ImageBytes bytes = small_image();
    for (std::size_t at = 0; at < bytes.all().size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            const auto flip = static_cast<std::byte>(1U << bit);
            bytes.all()[at] ^= flip;
            SCOPED_TRACE("byte " + std::to_string(at) + ", bit " + std::to_string(bit));
            expect_no_wrong_answer(bytes.image());
            ASSERT_FALSE(testing::Test::HasFailure());
            bytes.all()[at] ^= flip;
        }
    }
}

TEST(ADamagedImage, WithAByteSetToZeroOrOnesGivesNoWrongAnswer) {
    ImageBytes bytes = small_image();
    for (std::size_t at = 0; at < bytes.all().size(); ++at) {
        const std::byte former = bytes.all()[at];
        for (const auto value : {std::byte{0}, std::byte{0xFF}}) {
            bytes.all()[at] = value;
            SCOPED_TRACE("byte " + std::to_string(at));
            expect_no_wrong_answer(bytes.image());
            ASSERT_FALSE(testing::Test::HasFailure());
        }
        bytes.all()[at] = former;
    }
}

TEST(ADamagedImage, SaysSoForARecordThatWasChanged) {
    ImageBytes bytes = small_image();
    const auto text = std::ranges::search(bytes.all(), std::as_bytes(std::span("/home/alice"sv)));
    text.front() ^= std::byte{0x20};
    Person person;
    EXPECT_EQ(bytes.image().person("alice"sv, person), Found::damaged);
    EXPECT_EQ(bytes.image().person(30001U, person), Found::damaged);
    EXPECT_EQ(bytes.image().person("bob"sv, person), Found::yes);
}

TEST(ADamagedImage, DoesNotTakeARecordOfAnotherImage) {
    ImageBytes one = small_image();
    ImageBytes other = small_image();
    Position end_of_first = one.image().first_person();
    Person person;
    ASSERT_EQ(one.image().next_person(end_of_first, person), Found::yes);
    std::ranges::copy(other.all().subspan(header_bytes, end_of_first - header_bytes), one.all().begin() + header_bytes);
    EXPECT_EQ(one.image().person(30001U, person), Found::damaged);
}

class AForeignImage : public testing::Test {
protected:
    /// Changes the header and seals it again, as a writer of that kind would.
    Image::State state_with(void (*change)(Header&)) {
        ImageBytes bytes = small_image();
        Header header{};
        std::memcpy(&header, bytes.all().data(), sizeof header);
        change(header);
        header.header_check = digest(&header, offsetof(Header, header_check), 0);
        std::memcpy(bytes.all().data(), &header, sizeof header);
        return bytes.image().state();
    }
};

TEST_F(AForeignImage, IsToldFromADamagedAndANewerOne) {
    EXPECT_EQ(state_with([](Header&) {}), Image::State::good);
    EXPECT_EQ(state_with([](Header& header) { header.magic[0] = 'l'; }), Image::State::foreign);
    EXPECT_EQ(state_with([](Header& header) { header.byte_order = 0x04030201; }), Image::State::foreign);
    EXPECT_EQ(state_with([](Header& header) { header.version = format_version + 1; }), Image::State::newer);
    EXPECT_EQ(state_with([](Header& header) { ++header.file_bytes; }), Image::State::damaged);
}

TEST_F(AForeignImage, WhoseHeaderPointsOutsideIsDamaged) {
    EXPECT_EQ(state_with([](Header& header) { header.persons.offset = UINT64_MAX - 7; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.persons.bytes = UINT64_MAX - 7; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.groups.offset = 0; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.groups.bytes += 8 * 1024; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.persons_by_name.offset += 8; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.persons_by_uid.bytes += 64 * 1024; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.groups_by_name.bytes += 1; }), Image::State::damaged);
    EXPECT_EQ(state_with([](Header& header) { header.groups_by_gid.offset = header.file_bytes + 64; }),
              Image::State::damaged);
}

} // namespace
} // namespace loquet::directory
