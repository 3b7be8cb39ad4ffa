// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/directory/format.h"
#include "lib/directory/mapped_file.h"
#include "lib/directory/publisher.h"
#include "tests/support/error_kind.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;
using base::Error;

class APublisher : public testing::Test {
protected:
    [[nodiscard]] MappedFile current() const { return {folder_.path().c_str(), current_file}; }
    [[nodiscard]] MappedFile base_of(const MappedFile& current) const {
        return {folder_.path().c_str(), BaseFile(current.image().base_identity()).c_str()};
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            names.push_back(entry.path().filename());
        }
        return names;
    }
    static void one_person(ImageWriter& writer) { writer.add(PersonEntry{7, 7, true, "new", "", "/", "", {}}); }

    tests::TempFolder folder_;
};

TEST_F(APublisher, ShowsABaseByWayOfCurrent) {
    Publisher publisher(folder_.path());
    EXPECT_EQ(publisher.generation(), std::nullopt);
    publisher.publish(add_small, 5);
    EXPECT_EQ(publisher.generation(), 5U);
    const MappedFile now = current();
    ASSERT_TRUE(now.usable());
    EXPECT_TRUE(now.image().empty());
    EXPECT_EQ(now.image().store_generation(), 5U);
    const MappedFile base = base_of(now);
    ASSERT_TRUE(base.usable());
    Person person;
    EXPECT_EQ(base.image().person("alice"sv, person), Found::yes);
    EXPECT_THAT(files(), testing::SizeIs(2));
}

TEST_F(APublisher, AmendsWithoutTouchingTheBase) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 5);
    const MappedFile before = current();
    publisher.amend(one_person, 6);
    const MappedFile after = current();
    EXPECT_EQ(after.image().base_identity(), before.image().base_identity());
    Person person;
    EXPECT_EQ(after.image().person("new"sv, person), Found::yes);
    EXPECT_EQ(publisher.generation(), 6U);
}

TEST_F(APublisher, TellsWhoHasTheFormerFileMapped) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    const MappedFile first = current();
    EXPECT_EQ(*first.image().superseded(), 0U);
    publisher.amend(one_person, 2);
    EXPECT_EQ(*first.image().superseded(), 1U);
    const MappedFile second = current();
    EXPECT_EQ(*second.image().superseded(), 0U);
    Publisher successor(folder_.path()); // of a daemon that was started again
    successor.publish(add_small, 3);
    EXPECT_EQ(*second.image().superseded(), 1U);
    EXPECT_EQ(*current().image().superseded(), 0U);
}

TEST_F(APublisher, TakesUpWhereAnEarlierOneStopped) {
    Publisher(folder_.path()).publish(add_small, 9);
    Publisher successor(folder_.path());
    EXPECT_EQ(successor.generation(), 9U);
    successor.amend(one_person, 10);
    EXPECT_EQ(Publisher(folder_.path()).generation(), 10U);
}

TEST_F(APublisher, KeepsTheFormerBaseForThoseWhoAreAboutToOpenItAndNoOther) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    const MappedFile first = current();
    publisher.publish(add_small, 2);
    const MappedFile second = current();
    EXPECT_TRUE(base_of(first).usable());
    publisher.publish(add_small, 3);
    EXPECT_FALSE(base_of(first).usable());
    EXPECT_TRUE(base_of(second).usable());
    EXPECT_THAT(files(), testing::SizeIs(3));
}

TEST_F(APublisher, RemovesWhatAnEarlierOneLeftHalfDone) {
    Publisher(folder_.path()).publish(add_small, 1);
    base::replace_file(folder_ / "new-base", "half", 0644);
    base::replace_file(folder_ / "base-0123456789abcdef", "stale", 0644);
    base::replace_file(folder_ / "notes", "an administrator's", 0644);
    const Publisher successor(folder_.path());
    EXPECT_THAT(files(), testing::UnorderedElementsAre(
                             current_file, "notes", std::string(BaseFile(current().image().base_identity()).text())));
}

TEST_F(APublisher, HasNoGenerationWhereAFileIsDamagedOrGone) {
    for (const bool damage_current : {true, false}) {
        Publisher(folder_.path()).publish(add_small, 4);
        const std::string victim = folder_
                                   / (damage_current ? std::string(current_file)
                                                     : std::string(BaseFile(current().image().base_identity()).text()));
        base::replace_file(victim, "not an image", 0644);
        Publisher successor(folder_.path());
        EXPECT_EQ(successor.generation(), std::nullopt);
        EXPECT_EQ(tests::kind_of_error([&] { successor.amend(one_person, 5); }), Error::Kind::conflict);
        successor.publish(add_small, 5);
        EXPECT_TRUE(base_of(current()).usable());
    }
}

TEST_F(APublisher, LeavesEverythingAsItWasWhenTheFillingFails) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    const auto fails = [](ImageWriter& writer) {
        one_person(writer);
        throw std::runtime_error("the store could not be read");
    };
    EXPECT_THROW(publisher.publish(fails, 2), std::runtime_error);
    EXPECT_THROW(publisher.amend(fails, 2), std::runtime_error);
    EXPECT_EQ(publisher.generation(), 1U);
    EXPECT_EQ(current().image().store_generation(), 1U);
    EXPECT_EQ(*current().image().superseded(), 0U);
    EXPECT_THAT(files(), testing::SizeIs(2));
}

TEST_F(APublisher, ShowsNothingOfABaseThatIsOnlyPrepared) {
    Publisher publisher(folder_.path());
    publisher.publish(one_person, 1);
    const MappedFile before = current();
    const auto prepared = publisher.prepare(add_small, 2);
    EXPECT_EQ(publisher.generation(), 1U);
    EXPECT_EQ(*before.image().superseded(), 0U);
    publisher.amend(one_person, 3); // the changes of those who do not wait for the new base
    EXPECT_EQ(current().image().base_identity(), before.image().base_identity());
    EXPECT_EQ(publisher.generation(), 3U);
}

TEST_F(APublisher, ShowsAnAdoptedBaseTogetherWithWhatChangedSince) {
    Publisher publisher(folder_.path());
    publisher.publish([](ImageWriter&) {}, 1);
    const MappedFile former = current();
    publisher.adopt(publisher.prepare(add_small, 2), one_person, 3);
    EXPECT_EQ(publisher.generation(), 3U);
    EXPECT_EQ(*former.image().superseded(), 1U);
    const MappedFile now = current();
    const MappedFile base = base_of(now);
    ASSERT_TRUE(now.usable() && base.usable());
    EXPECT_EQ(now.image().store_generation(), 3U);
    EXPECT_EQ(base.image().store_generation(), 2U);
    Person person;
    EXPECT_EQ(now.image().person("new"sv, person), Found::yes);
    EXPECT_EQ(base.image().person("alice"sv, person), Found::yes);
    EXPECT_TRUE(base_of(former).usable()) << "somebody may be about to open it";
    EXPECT_THAT(files(), testing::SizeIs(3));
}

TEST_F(APublisher, RemovesAPreparedBaseThatNobodyAdopts) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    {
        auto given_up = publisher.prepare(one_person, 2);
        const auto moved = std::move(given_up);
        EXPECT_THAT(files(), testing::Contains("new-base"));
    }
    EXPECT_THAT(files(), testing::SizeIs(2));
    EXPECT_TRUE(base_of(current()).usable());
}

TEST_F(APublisher, LeavesTheFormerPairWhereWhatChangedSinceCannotBeWritten) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    const MappedFile before = current();
    const auto fails = [](ImageWriter&) { throw std::runtime_error("the store could not be read"); };
    EXPECT_THROW(publisher.adopt(publisher.prepare(one_person, 2), fails, 2), std::runtime_error);
    EXPECT_EQ(publisher.generation(), 1U);
    EXPECT_EQ(current().image().base_identity(), before.image().base_identity());
    EXPECT_TRUE(base_of(current()).usable());
    publisher.amend(one_person, 3);
    EXPECT_EQ(publisher.generation(), 3U);
    publisher.publish(add_small, 4);
    EXPECT_THAT(files(), testing::SizeIs(3)) << "the base that nobody saw is gone";
}

TEST_F(APublisher, AmendsNothingThatItWasToldToForgetThoughReadersGoOnWithIt) {
    Publisher publisher(folder_.path());
    publisher.publish(add_small, 1);
    publisher.forget();
    EXPECT_EQ(publisher.generation(), std::nullopt);
    EXPECT_EQ(tests::kind_of_error([&] { publisher.amend(one_person, 2); }), Error::Kind::conflict);
    const MappedFile former = current();
    EXPECT_EQ(*former.image().superseded(), 0U);
    ASSERT_TRUE(base_of(former).usable());
    publisher.publish(one_person, 2);
    EXPECT_EQ(publisher.generation(), 2U);
    EXPECT_EQ(*former.image().superseded(), 1U);
}

} // namespace
} // namespace loquet::directory
