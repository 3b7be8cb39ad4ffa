// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/answerer.h"
#include "cli/exit_code.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

namespace loquet::cli {

namespace {

using protocol::Prompt;
using protocol::PromptStyle;

std::vector<base::Secret> lines(std::initializer_list<const char*> texts) {
    std::vector<base::Secret> out;
    for (const char* text : texts) {
        out.emplace_back(text);
    }
    return out;
}

Prompt secret(const char* name) {
    using protocol::PromptRole;
    const bool is_new = std::string_view(name).starts_with("new_password");
    return {PromptStyle::secret, name, "text", is_new ? PromptRole::new_password : PromptRole::current_password};
}

TEST(APreparedAnswerer, GivesTheNewPasswordAndItsRepetitionFromTheLastLine) {
    PreparedAnswerer answerer(lines({"current", "next"}), PreparedAnswerer::LastLine::new_password);
    EXPECT_EQ(answerer.answer(secret("password")).reveal(), "current");
    EXPECT_EQ(answerer.answer(secret("new_password")).reveal(), "next");
    EXPECT_EQ(answerer.answer(secret("new_password_again")).reveal(), "next");
}

TEST(APreparedAnswerer, DoesNotSendTheNewPasswordWhereTheCurrentIsAsked) {
    PreparedAnswerer answerer(lines({"next"}), PreparedAnswerer::LastLine::new_password);
    EXPECT_THROW((void)answerer.answer(secret("password")), base::Error);
}

TEST(APreparedAnswerer, LeavesTheDialogWhenItsNewPasswordIsAskedAgain) {
    PreparedAnswerer answerer(lines({"next"}), PreparedAnswerer::LastLine::new_password);
    EXPECT_EQ(answerer.answer(secret("new_password")).reveal(), "next");
    EXPECT_THROW((void)answerer.answer(secret("new_password")), base::Error);
}

TEST(APreparedAnswerer, GivesTheNewPasswordToNoPluginWhateverItsPromptIsCalled) {
    PreparedAnswerer answerer(lines({"next"}), PreparedAnswerer::LastLine::new_password);
    EXPECT_THROW((void)answerer.answer({PromptStyle::secret, "evil.new_password", "text", protocol::PromptRole::code}),
                 base::Error);
    EXPECT_THROW((void)answerer.answer({PromptStyle::secret, "new_password", "text"}), base::Error);
}

TEST(APreparedAnswerer, GivesEachLineOnce) {
    PreparedAnswerer answerer(lines({"one"}), PreparedAnswerer::LastLine::like_the_others);
    EXPECT_EQ(answerer.answer(secret("password")).reveal(), "one");
    EXPECT_THROW((void)answerer.answer(secret("password")), base::Error);
}

} // namespace

namespace {

base::Fd file_with(const std::string& content) {
    base::Fd fd(::memfd_create("lines", MFD_CLOEXEC));
    base::write_all(fd.get(), content);
    ::lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

std::vector<base::Secret> lines_in(const std::string& content, std::size_t at_most) {
    const base::Fd fd = file_with(content);
    return read_password_lines(fd.get(), at_most);
}

TEST(PasswordLines, AreTakenWithOrWithoutALastLineEnd) {
    for (const char* content : {"old\nnew wörd ", "old\nnew wörd \n"}) {
        const std::vector<base::Secret> lines = lines_in(content, 2);
        ASSERT_EQ(lines.size(), 2U);
        EXPECT_EQ(lines[0].reveal(), "old");
        EXPECT_EQ(lines[1].reveal(), "new wörd ") << "a blank belongs to the password";
    }
}

TEST(PasswordLines, AreRefusedWhereOneIsMissing) {
    EXPECT_THROW(lines_in("", 2), UsageError);
    EXPECT_THROW(lines_in("\n", 2), UsageError);
    EXPECT_THROW(lines_in("old\n\nnew\n", 3), UsageError);
}

TEST(PasswordLines, AreLimitedInNumber) {
    EXPECT_EQ(lines_in("a\nb\n", 2).size(), 2U);
    EXPECT_THROW(lines_in("a\nb\nc\n", 2), UsageError);
}

TEST(PasswordLines, AreLimitedInLength) {
    const std::string longest(limits::answer_bytes, 'x');
    EXPECT_EQ(lines_in(longest + "\n", 1).front().size(), limits::answer_bytes);
    EXPECT_ANY_THROW(lines_in(longest + "x", 1));
    EXPECT_ANY_THROW(lines_in(longest + "x\n", 1));
    EXPECT_ANY_THROW(lines_in(longest + longest, 1)) << "nor is more read than could be taken";
}

TEST(PasswordLines, NeedADescriptorThatIsOpen) {
    EXPECT_THROW((void)read_password_lines(1000, 1), UsageError);
}

} // namespace

} // namespace loquet::cli
