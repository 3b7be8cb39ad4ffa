// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/common_passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace loquet::plugins_password_rules {
namespace {

using testing::HasSubstr;

class ACommonPasswordsFile : public testing::Test {
protected:
    ACommonPasswordsFile() {
        std::string pattern = testing::TempDir() + "loquet-common-XXXXXX";
        folder = mkdtemp(pattern.data());
        path = folder / "common";
    }
    ~ACommonPasswordsFile() override { std::filesystem::remove_all(folder); }

    void write(const std::string& content) const {
        std::ofstream(path, std::ios::binary) << content;
        chmod(path.c_str(), 0644);
    }
    [[nodiscard]] std::string complaint(uid_t owner = getuid()) const {
        try {
            const CommonPasswords list(path, alphabet, owner);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    Alphabet alphabet;
    std::filesystem::path folder;
    std::filesystem::path path;
};

TEST_F(ACommonPasswordsFile, IsReadLineByLineWithoutRegardToCase) {
    write("Azerty123\r\n\nmotdepasse\nSoleilÉté");
    const CommonPasswords list(path, alphabet, getuid());
    EXPECT_EQ(list.size(), 3U);
    for (const char* common : {"AZERTY123", "motdepasse", "soleilete"}) {
        EXPECT_TRUE(list.contains(alphabet.fold(read_characters(common)))) << common;
    }
    EXPECT_FALSE(list.contains(read_characters("azerty1234")));
    EXPECT_FALSE(list.contains({}));
}

TEST_F(ACommonPasswordsFile, MustExistAndBeAPlainFile) {
    EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(complaint(), HasSubstr("not a plain file"));
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/etc/hostname", path);
    EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
}

TEST_F(ACommonPasswordsFile, MustBelongToItsOwnerAlone) {
    write("azerty\n");
    EXPECT_EQ(complaint(), "");
    EXPECT_THAT(complaint(getuid() + 1), HasSubstr("must belong to root"));
    chmod(path.c_str(), 0664);
    EXPECT_THAT(complaint(), HasSubstr("writable by nobody else"));
}

TEST_F(ACommonPasswordsFile, HasABoundOfBytes) {
    std::string line(1023, 'x');
    line += '\n';
    std::string content;
    while (content.size() < CommonPasswords::most_bytes) {
        content += line;
    }
    content.resize(CommonPasswords::most_bytes);
    write(content);
    EXPECT_EQ(complaint(), "");
    write(content + "x");
    EXPECT_THAT(complaint(), HasSubstr("larger than 16 MiB"));
}

TEST_F(ACommonPasswordsFile, HasABoundOfLines) {
    std::string content(CommonPasswords::most_lines * 2, '\n');
    for (std::size_t n = 0; n < content.size(); n += 2) {
        content[n] = 'x';
    }
    write(content);
    EXPECT_EQ(complaint(), "");
    write(content + "x\n");
    EXPECT_THAT(complaint(), HasSubstr("more than a million lines"));
}

} // namespace
} // namespace loquet::plugins_password_rules
