// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/answerer.h"
#include "lib/base/error.h"

#include <gtest/gtest.h>

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
} // namespace loquet::cli
