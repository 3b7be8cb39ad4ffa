// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/conversation.h"

#include <gtest/gtest.h>

namespace loquet::conversation {
namespace {

using protocol::Ask;
using protocol::Denied;
using protocol::Granted;
using protocol::Prompt;
using protocol::PromptStyle;
using protocol::Turn;
using protocol::Wait;

const Ask two_questions{{Prompt{PromptStyle::info, "hint", "Look."},
                         Prompt{PromptStyle::secret, "password", "Password: "},
                         Prompt{PromptStyle::visible, "code", "Code: "}}};

TEST(AConversation, PermitsOneAnswerAtATimeAndNothingAfterItsEnd) {
    EXPECT_TRUE(permitted(State::asking, Request::answer));
    EXPECT_TRUE(permitted(State::asking, Request::cancel));
    EXPECT_FALSE(permitted(State::running, Request::answer));
    EXPECT_TRUE(permitted(State::running, Request::cancel));
    EXPECT_FALSE(permitted(State::ended, Request::answer));
    EXPECT_FALSE(permitted(State::ended, Request::cancel));
}

TEST(AConversation, WantsAsManyAnswersAsThereAreQuestionsAmongThePrompts) {
    Conversation machine({"password"});
    EXPECT_EQ(machine.answers_wanted(), 0U);
    EXPECT_EQ(machine.advance(two_questions), Turn(two_questions));
    EXPECT_EQ(machine.state(), State::asking);
    EXPECT_EQ(machine.answers_wanted(), 2U);
}

TEST(AConversation, BeginsTheNextStepWhereOneGrantsAndEndsWithTheLast) {
    Conversation machine({"password", "code"});
    EXPECT_EQ(machine.step(), "password");
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    EXPECT_EQ(machine.step(), "code");
    EXPECT_NE(machine.state(), State::ended);
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
    EXPECT_EQ(machine.state(), State::ended);
    EXPECT_TRUE(machine.at_end());
}

TEST(AConversation, EndsWithTheFirstRefusalWhateverSteps) {
    Conversation machine({"password", "code"});
    EXPECT_EQ(machine.advance(Denied{}), Turn(Denied{}));
    EXPECT_EQ(machine.state(), State::ended);
    EXPECT_FALSE(machine.at_end()) << "a refused dialog has not come through its flow";
}

TEST(AConversation, StaysWithTheStepThatAsksAgainOrWaits) {
    Conversation machine({"password", "code"});
    (void)machine.advance(two_questions);
    machine.run();
    (void)machine.advance(Wait{"One moment", base::Milliseconds(500)});
    EXPECT_EQ(machine.state(), State::asking);
    EXPECT_EQ(machine.step(), "password");
    EXPECT_EQ(machine.answers_wanted(), 0U) << "who waits answers nothing";
}

} // namespace
} // namespace loquet::conversation
