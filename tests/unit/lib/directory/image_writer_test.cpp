// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/directory/image_writer.h"
#include "tests/support/error_kind.h"
#include "tests/unit/lib/directory/written_image.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;
using base::Error;

TEST(AnImageWriter, RefusesWhatPasswdCannotSayAndAddsNothing) {
    ImageBytes bytes = written_image([](ImageWriter& writer) {
        for (const std::string_view bad : {"a:b"sv, "a\nb"sv, "a\0b"sv}) {
            EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{1, 1, true, bad, "", "/", "", {}}); }),
                      Error::Kind::invalid);
            EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{1, 1, true, "a", bad, "/", "", {}}); }),
                      Error::Kind::invalid);
            EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{1, 1, true, "a", "", bad, "", {}}); }),
                      Error::Kind::invalid);
            EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{1, 1, true, "a", "", "/", bad, {}}); }),
                      Error::Kind::invalid);
        }
        const std::array<std::string, 1> members{"a,b"};
        EXPECT_EQ(tests::kind_of_error([&] { writer.add(GroupEntry{1, "g", members}); }), Error::Kind::invalid);
        writer.add(PersonEntry{2, 2, true, "b", "", "/", "", {}}); // no group was begun
    });
    Person person;
    EXPECT_EQ(bytes.image().person(1U, person), Found::no);
    EXPECT_EQ(bytes.image().person("b"sv, person), Found::yes);
}

TEST(AnImageWriter, TakesStringsUpToTheirLimit) {
    const std::string longest(65535, 'a');
    ImageBytes bytes = written_image([&](ImageWriter& writer) {
        EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{1, 1, true, longest + "a", "", "", "", {}}); }),
                  Error::Kind::limited);
        writer.add(PersonEntry{1, 1, true, longest, longest, longest, longest, {}});
    });
    Person person;
    ASSERT_EQ(bytes.image().person(std::string_view(longest), person), Found::yes);
    EXPECT_EQ(person.shell, longest);
}

TEST(AnImageWriter, WantsAscendingNumbersAndPersonsBeforeGroups) {
    (void)written_image([](ImageWriter& writer) {
        writer.add(PersonEntry{5, 5, true, "e", "", "/", "", {}});
        for (const std::uint32_t uid : {4U, 5U}) {
            EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{uid, 5, true, "f", "", "/", "", {}}); }),
                      Error::Kind::invalid);
            EXPECT_EQ(tests::kind_of_error([&] { writer.remove_person(uid); }), Error::Kind::invalid);
        }
        writer.add(GroupEntry{1, "g", {}});
        EXPECT_EQ(tests::kind_of_error([&] { writer.remove_group(1); }), Error::Kind::invalid);
        EXPECT_EQ(tests::kind_of_error([&] { writer.add(PersonEntry{6, 6, true, "f", "", "/", "", {}}); }),
                  Error::Kind::invalid);
    });
}

TEST(AnImageWriter, TakesTheHighestNumberThereIs) {
    ImageBytes bytes = written_image([](ImageWriter& writer) {
        writer.add(PersonEntry{0xFFFFFFFF, 0, true, "last", "", "/", "", {}});
        EXPECT_EQ(tests::kind_of_error([&] { writer.remove_person(0xFFFFFFFF); }), Error::Kind::invalid);
    });
    Person person;
    EXPECT_EQ(bytes.image().person(0xFFFFFFFFU, person), Found::yes);
}

TEST(AnImageWriter, ReportsADiskThatRefuses) {
    // A memory file that may not grow stands for a full disk: both writing and making room fail.
    const base::Fd small(::memfd_create("full", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(::fcntl(small.get(), F_ADD_SEALS, F_SEAL_GROW), 0);
    ImageWriter writer(small.get(), {});
    add_small(writer);
    EXPECT_EQ(tests::kind_of_error([&] { writer.finish(); }), Error::Kind::denied); // EPERM, as sealing has it
}

TEST(AnImageWriter, GivesEachImageAnIdentityOfItsOwn) {
    ImageBytes one = small_image();
    ImageBytes other = small_image();
    EXPECT_NE(one.image().identity(), 0U);
    EXPECT_NE(one.image().identity(), other.image().identity());
}

} // namespace
} // namespace loquet::directory
