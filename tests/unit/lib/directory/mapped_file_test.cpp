// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/directory/mapped_file.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/lib/directory/written_image.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace loquet::directory {
namespace {

using namespace std::string_view_literals;

class AMappedFile : public testing::Test {
protected:
    AMappedFile() {
        ImageBytes bytes = small_image();
        content_.assign(reinterpret_cast<const char*>(bytes.all().data()), bytes.all().size());
        put(content_);
    }
    void put(std::string_view content, mode_t mode = 0644) { base::replace_file(folder_ / "image", content, mode); }
    [[nodiscard]] MappedFile mapped() const { return {folder_.path().c_str(), "image"}; }

    tests::TempFolder folder_;
    std::string content_;
};

TEST_F(AMappedFile, AnswersAfterTheFileWasRemoved) {
    const MappedFile file = mapped();
    ASSERT_TRUE(file.usable());
    ASSERT_EQ(::unlink((folder_ / "image").c_str()), 0);
    Person person;
    EXPECT_EQ(file.image().person("alice"sv, person), Found::yes);
}

TEST_F(AMappedFile, LeavesErrnoAndNoDescriptorBehind) {
    const int next = ::dup(0);
    ::close(next);
    errno = EXDEV;
    EXPECT_TRUE(mapped().usable());
    EXPECT_FALSE(MappedFile(folder_.path().c_str(), "none").usable());
    EXPECT_FALSE(MappedFile((folder_ / "none").c_str(), "image").usable());
    EXPECT_EQ(errno, EXDEV);
    const int again = ::dup(0);
    ::close(again);
    EXPECT_EQ(again, next);
}

TEST_F(AMappedFile, RefusesWhatIsNotAnImage) {
    for (const std::string& content :
         {std::string(), std::string("x"), std::string(4096, '\0'), content_ + "x", content_.substr(1)}) {
        put(content);
        EXPECT_FALSE(mapped().usable()) << content.size();
    }
    for (std::size_t size = 0; size < content_.size(); ++size) {
        put(content_.substr(0, size));
        ASSERT_FALSE(mapped().usable()) << size;
    }
}

TEST_F(AMappedFile, RefusesAFolderAFifoAndALink) {
    const std::string path = folder_ / "image";
    ASSERT_EQ(::rename(path.c_str(), (folder_ / "real").c_str()), 0);
    ASSERT_EQ(::mkdir(path.c_str(), 0755), 0);
    EXPECT_FALSE(mapped().usable());
    ASSERT_EQ(::rmdir(path.c_str()), 0);
    ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0);
    EXPECT_FALSE(mapped().usable());
    ASSERT_EQ(::unlink(path.c_str()), 0);
    ASSERT_EQ(::symlink("real", path.c_str()), 0);
    EXPECT_FALSE(mapped().usable());
}

TEST_F(AMappedFile, RefusesWhatOthersMayWriteOrAnotherUserPutThere) {
    for (const mode_t mode : {0664U, 0646U}) {
        put(content_, mode);
        EXPECT_FALSE(mapped().usable()) << mode;
    }
    put(content_, 0644);
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
    EXPECT_FALSE(mapped().usable());
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    EXPECT_TRUE(mapped().usable());
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown((folder_ / "image").c_str(), 4242, 4242), 0);
        EXPECT_FALSE(mapped().usable());
    }
}

} // namespace
} // namespace loquet::directory
