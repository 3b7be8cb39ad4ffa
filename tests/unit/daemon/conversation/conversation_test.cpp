// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/conversation.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

Walker only(std::set<std::string> steps) {
    return {.is_set_up = [steps = std::move(steps)](const std::string& step) { return steps.contains(step); }};
}

const Walker nothing = only({});

const FlowPart where_set_up{{"totp", "codes", "mail"}, 0};
const FlowPart two_of_three{{"totp", "codes", "mail"}, 2};

TEST(AConversation, PermitsOneAnswerAtATimeAndNothingAfterItsEnd) {
    EXPECT_TRUE(permitted(State::asking, Request::answer));
    EXPECT_TRUE(permitted(State::asking, Request::cancel));
    EXPECT_FALSE(permitted(State::running, Request::answer));
    EXPECT_TRUE(permitted(State::running, Request::cancel));
    EXPECT_FALSE(permitted(State::ended, Request::answer));
    EXPECT_FALSE(permitted(State::ended, Request::cancel));
}

TEST(AConversation, WantsAsManyAnswersAsThereAreQuestionsAmongThePrompts) {
    Conversation machine(required({"password"}));
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.answers_wanted(), 0U);
    EXPECT_EQ(machine.advance(two_questions), Turn(two_questions));
    EXPECT_EQ(machine.state(), State::asking);
    EXPECT_EQ(machine.answers_wanted(), 2U);
}

TEST(AConversation, BeginsTheNextStepWhereOneGrantsAndEndsWithTheLast) {
    Conversation machine(required({"password", "code"}));
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "password");
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "code");
    EXPECT_NE(machine.state(), State::ended);
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
    EXPECT_EQ(machine.state(), State::ended);
    EXPECT_TRUE(machine.at_end());
}

TEST(AConversation, EndsWithTheFirstRefusalWhateverSteps) {
    Conversation machine(required({"password", "code"}));
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.advance(Denied{}), Turn(Denied{}));
    EXPECT_EQ(machine.state(), State::ended);
    EXPECT_FALSE(machine.at_end()) << "a refused dialog has not come through its flow";
}

TEST(AConversation, StaysWithTheStepThatAsksAgainOrWaits) {
    Conversation machine(required({"password", "code"}));
    ASSERT_TRUE(machine.enter(nothing));
    (void)machine.advance(two_questions);
    machine.run();
    (void)machine.advance(Wait{"One moment", base::Milliseconds(500)});
    EXPECT_EQ(machine.state(), State::asking);
    EXPECT_EQ(machine.step(), "password");
    EXPECT_EQ(machine.answers_wanted(), 0U) << "who waits answers nothing";
}

TEST(AConversation, AsksNothingOfWhoHasNothingSetUpWhereThatIsEnough) {
    Conversation machine({{{"password"}, 1}, where_set_up});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "password");
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt) << "whether that was all is known when the group is entered";
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_TRUE(machine.at_end());
}

TEST(AConversation, WantsTheOneFactorThatIsSetUp) {
    Conversation machine({where_set_up});
    ASSERT_TRUE(machine.enter(only({"codes"})));
    EXPECT_EQ(machine.step(), "codes");
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, LetsThePersonPickAmongWhatIsSetUp) {
    Conversation machine({where_set_up});
    ASSERT_TRUE(machine.enter(only({"codes", "mail"})));
    EXPECT_EQ(machine.step(), Conversation::choice);
    EXPECT_EQ(machine.options(), (std::vector<std::string>{"codes", "mail"}));
    EXPECT_FALSE(machine.pick(2));
    EXPECT_EQ(machine.step(), Conversation::choice);
    EXPECT_TRUE(machine.pick(1));
    EXPECT_FALSE(machine.pick(0)) << "a choice is made once";
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt) << "having picked is not having proved";
    ASSERT_TRUE(machine.enter(only({"codes", "mail"})));
    EXPECT_EQ(machine.step(), "mail");
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
    EXPECT_EQ(machine.state(), State::ended);
}

TEST(AConversation, WantsAsManyDifferentOnesAsTheGroupSays) {
    const auto all = only({"totp", "codes", "mail"});
    Conversation machine({two_of_three});
    ASSERT_TRUE(machine.enter(all));
    ASSERT_TRUE(machine.pick(0));
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(machine.enter(all));
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(machine.enter(all));
    EXPECT_EQ(machine.step(), Conversation::choice);
    EXPECT_EQ(machine.options(), (std::vector<std::string>{"codes", "mail"})) << "nothing counts twice";
    ASSERT_TRUE(machine.pick(0));
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(machine.enter(all));
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, CannotGoOnWhereAGroupWantsMoreThanIsSetUp) {
    Conversation machine({two_of_three});
    EXPECT_FALSE(machine.enter(only({"mail"})));
    Conversation exact({two_of_three});
    ASSERT_TRUE(exact.enter(only({"mail", "totp"})));
    EXPECT_EQ(exact.step(), "totp") << "there is nothing to pick";
}

TEST(AConversation, SetsUpWhatThePersonPicksWhateverIsSetUp) {
    Conversation machine({{{"password"}, 1}, {{"totp", "codes"}, 1, true}});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_FALSE(machine.enrols()) << "the password is walked";
    (void)machine.advance(Granted{});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), Conversation::choice);
    EXPECT_FALSE(machine.enrols()) << "a choice is walked, too";
    EXPECT_TRUE(machine.offers_enrolment());
    EXPECT_FALSE(machine.decline()) << "one of them has to be";
    ASSERT_TRUE(machine.pick(1));
    (void)machine.advance(Granted{});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "codes");
    EXPECT_TRUE(machine.enrols());
    EXPECT_EQ(machine.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, SetsTheOnlyFactorUpWithoutAChoice) {
    Conversation machine({{{"totp"}, 1, true}});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "totp");
    EXPECT_TRUE(machine.enrols());
}

TEST(AConversation, SetsNothingUpForWhoWouldRatherNot) {
    Conversation machine({{{"totp"}, 0, true}, {{"password"}, 1}});
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), Conversation::choice) << "even of one";
    ASSERT_TRUE(machine.decline());
    EXPECT_EQ(machine.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(machine.enter(nothing));
    EXPECT_EQ(machine.step(), "password");
    EXPECT_FALSE(machine.decline());
}

TEST(AConversation, PassesOverAPartThatIsTrustedHereForSoLong) {
    const FlowPart for_a_month{{"totp"}, 1, false, std::chrono::days(30)};
    Walker walker = only({"totp"});
    walker.is_trusted = [](std::chrono::days trust) { return trust >= std::chrono::days(30); };
    Conversation trusted({for_a_month});
    ASSERT_TRUE(trusted.enter(walker));
    EXPECT_TRUE(trusted.at_end());
    EXPECT_FALSE(trusted.earned_trust()) << "what was not asked is no reason for more trust";
    Conversation always({{{"totp"}, 1}});
    ASSERT_TRUE(always.enter(walker));
    EXPECT_EQ(always.step(), "totp") << "a part without trust is always asked";
    Conversation asked({for_a_month});
    ASSERT_TRUE(asked.enter(only({"totp"})));
    EXPECT_EQ(asked.advance(Granted{}), Turn(Granted{}));
    EXPECT_TRUE(asked.earned_trust());
}

} // namespace
} // namespace loquet::conversation
