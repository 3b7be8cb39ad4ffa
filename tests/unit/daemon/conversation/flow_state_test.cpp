// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/flow_state.h"

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

FlowContext only(std::set<std::string> steps) {
    return {.is_set_up = [steps = std::move(steps)](const std::string& step) { return steps.contains(step); }};
}

const FlowContext nothing = only({});

const FlowItem where_set_up{{"totp", "codes", "mail"}, 0};
const FlowItem two_of_three{{"totp", "codes", "mail"}, 2};

TEST(AConversation, PermitsOneAnswerAtATimeAndNothingAfterItsEnd) {
    EXPECT_TRUE(permitted(State::asking, Request::answer));
    EXPECT_TRUE(permitted(State::asking, Request::cancel));
    EXPECT_FALSE(permitted(State::running, Request::answer));
    EXPECT_TRUE(permitted(State::running, Request::cancel));
    EXPECT_FALSE(permitted(State::ended, Request::answer));
    EXPECT_FALSE(permitted(State::ended, Request::cancel));
}

TEST(AConversation, WantsAsManyAnswersAsThereAreQuestionsAmongThePrompts) {
    FlowState flow(required({"password"}));
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.answers_wanted(), 0U);
    EXPECT_EQ(flow.advance(two_questions), Turn(two_questions));
    EXPECT_EQ(flow.state(), State::asking);
    EXPECT_EQ(flow.answers_wanted(), 2U);
}

TEST(AConversation, BeginsTheNextStepWhereOneGrantsAndEndsWithTheLast) {
    FlowState flow(required({"password", "code"}));
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "password");
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "code");
    EXPECT_NE(flow.state(), State::ended);
    EXPECT_EQ(flow.advance(Granted{}), Turn(Granted{}));
    EXPECT_EQ(flow.state(), State::ended);
    EXPECT_TRUE(flow.at_end());
}

TEST(AConversation, EndsWithTheFirstRefusalWhateverSteps) {
    FlowState flow(required({"password", "code"}));
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.advance(Denied{}), Turn(Denied{}));
    EXPECT_EQ(flow.state(), State::ended);
    EXPECT_FALSE(flow.at_end()) << "a refused dialog has not come through its flow";
}

TEST(AConversation, StaysWithTheStepThatAsksAgainOrWaits) {
    FlowState flow(required({"password", "code"}));
    ASSERT_TRUE(flow.enter(nothing));
    (void)flow.advance(two_questions);
    flow.run();
    (void)flow.advance(Wait{"One moment", base::Milliseconds(500)});
    EXPECT_EQ(flow.state(), State::asking);
    EXPECT_EQ(flow.step(), "password");
    EXPECT_EQ(flow.answers_wanted(), 0U) << "who waits answers nothing";
}

TEST(AConversation, AsksNothingOfWhoHasNothingSetUpWhereThatIsEnough) {
    FlowState flow({{{"password"}, 1}, where_set_up});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "password");
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt) << "whether that was all is known when the group is entered";
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_TRUE(flow.at_end());
}

TEST(AConversation, WantsTheOneFactorThatIsSetUp) {
    FlowState flow({where_set_up});
    ASSERT_TRUE(flow.enter(only({"codes"})));
    EXPECT_EQ(flow.step(), "codes");
    EXPECT_EQ(flow.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, LetsThePersonPickAmongWhatIsSetUp) {
    FlowState flow({where_set_up});
    ASSERT_TRUE(flow.enter(only({"codes", "mail"})));
    EXPECT_EQ(flow.step(), FlowState::choice);
    EXPECT_EQ(flow.options(), (std::vector<std::string>{"codes", "mail"}));
    EXPECT_FALSE(flow.pick(2));
    EXPECT_EQ(flow.step(), FlowState::choice);
    EXPECT_TRUE(flow.pick(1));
    EXPECT_FALSE(flow.pick(0)) << "a choice is made once";
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt) << "having picked is not having proved";
    ASSERT_TRUE(flow.enter(only({"codes", "mail"})));
    EXPECT_EQ(flow.step(), "mail");
    EXPECT_EQ(flow.advance(Granted{}), Turn(Granted{}));
    EXPECT_EQ(flow.state(), State::ended);
}

TEST(AConversation, WantsAsManyDifferentOnesAsTheGroupSays) {
    const auto all = only({"totp", "codes", "mail"});
    FlowState flow({two_of_three});
    ASSERT_TRUE(flow.enter(all));
    ASSERT_TRUE(flow.pick(0));
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(flow.enter(all));
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(flow.enter(all));
    EXPECT_EQ(flow.step(), FlowState::choice);
    EXPECT_EQ(flow.options(), (std::vector<std::string>{"codes", "mail"})) << "nothing counts twice";
    ASSERT_TRUE(flow.pick(0));
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(flow.enter(all));
    EXPECT_EQ(flow.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, CannotGoOnWhereAGroupWantsMoreThanIsSetUp) {
    FlowState flow({two_of_three});
    EXPECT_FALSE(flow.enter(only({"mail"})));
    FlowState exact({two_of_three});
    ASSERT_TRUE(exact.enter(only({"mail", "totp"})));
    EXPECT_EQ(exact.step(), "totp") << "there is nothing to pick";
}

TEST(AConversation, SetsUpWhatThePersonPicksWhateverIsSetUp) {
    FlowState flow({{{"password"}, 1}, {{"totp", "codes"}, 1, true}});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_FALSE(flow.enrols()) << "the password is asked for, not set up";
    (void)flow.advance(Granted{});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), FlowState::choice);
    EXPECT_FALSE(flow.enrols()) << "a choice is asked for, not set up";
    EXPECT_TRUE(flow.offers_enrolment());
    EXPECT_FALSE(flow.decline()) << "one of them has to be";
    ASSERT_TRUE(flow.pick(1));
    (void)flow.advance(Granted{});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "codes");
    EXPECT_TRUE(flow.enrols());
    EXPECT_EQ(flow.advance(Granted{}), Turn(Granted{}));
}

TEST(AConversation, SetsTheOnlyFactorUpWithoutAChoice) {
    FlowState flow({{{"totp"}, 1, true}});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "totp");
    EXPECT_TRUE(flow.enrols());
}

TEST(AConversation, SetsNothingUpForWhoWouldRatherNot) {
    FlowState flow({{{"totp"}, 0, true}, {{"password"}, 1}});
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), FlowState::choice) << "even of one";
    ASSERT_TRUE(flow.decline());
    EXPECT_EQ(flow.advance(Granted{}), std::nullopt);
    ASSERT_TRUE(flow.enter(nothing));
    EXPECT_EQ(flow.step(), "password");
    EXPECT_FALSE(flow.decline());
}

TEST(AConversation, PassesOverAPartThatIsTrustedHereForSoLong) {
    const FlowItem for_a_month{{"totp"}, 1, false, std::chrono::days(30)};
    FlowContext context = only({"totp"});
    context.is_trusted = [](std::chrono::days trust) { return trust >= std::chrono::days(30); };
    FlowState trusted({for_a_month});
    ASSERT_TRUE(trusted.enter(context));
    EXPECT_TRUE(trusted.at_end());
    EXPECT_FALSE(trusted.earned_trust()) << "what was not asked is no reason for more trust";
    FlowState always({{{"totp"}, 1}});
    ASSERT_TRUE(always.enter(context));
    EXPECT_EQ(always.step(), "totp") << "a part without trust is always asked";
    FlowState asked({for_a_month});
    ASSERT_TRUE(asked.enter(only({"totp"})));
    EXPECT_EQ(asked.advance(Granted{}), Turn(Granted{}));
    EXPECT_TRUE(asked.earned_trust());
}

} // namespace
} // namespace loquet::conversation
