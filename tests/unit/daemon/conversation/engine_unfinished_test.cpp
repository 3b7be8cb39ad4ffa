// SPDX-License-Identifier: LGPL-2.1-or-later
// A right proof that is not followed to the end of its flow: somebody knows a password, and has no code.
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {
namespace {

class AProofThatIsNotFollowed : public ConversationFixture {
protected:
    AProofThatIsNotFollowed() : step_(add_step("code", config::Proof::possession)) {}
    static protocol::StepResponse asking() {
        return {protocol::StepAsk{{{protocol::PromptStyle::visible, "code", {"refused", {}}}}}, {}, {}, {}, {}};
    }
    DialogId prove_the_password() {
        step_.will_say(asking());
        const DialogId id = *begin("anna").dialog;
        EXPECT_EQ(asked(answer(id, {canary::password})), std::vector<std::string>{"code.code"});
        EXPECT_TRUE(records().empty());
        return id;
    }
    void expect_record(const std::string& detail) {
        ASSERT_TRUE(tests::eventually(loop_, [&] { return !records().empty(); }));
        EXPECT_EQ(records().size(), 1U);
        EXPECT_FALSE(records().back().granted);
        EXPECT_EQ(records().back().detail, detail);
        EXPECT_EQ(records().back().account, anna);
    }
    FakeStep& step_;
};

TEST_F(AProofThatIsNotFollowed, IsRecordedWhereTheDialogIsCancelled) {
    engine().cancel(prove_the_password(), ":1.1");
    expect_record("proof-not-followed: cancelled");
}

TEST_F(AProofThatIsNotFollowed, IsRecordedWhereItsCallerLeaves) {
    (void)prove_the_password();
    engine().forget_caller(":1.1");
    expect_record("proof-not-followed: its caller left");
}

TEST_F(AProofThatIsNotFollowed, IsRecordedWhereTheDialogTimesOut) {
    settings_.conversation.timeout = std::chrono::seconds(1);
    step_.will_say(asking());
    const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
    EXPECT_EQ(asked(begun.turn), std::vector<std::string>{"code.code"});
    expect_record("proof-not-followed: timed out");
}

TEST_F(AProofThatIsNotFollowed, IsRecordedWhereItsCallerLeavesWhileItIsJudged) {
    step_.will_say(asking());
    step_.hold();
    const DialogId id = *begin("anna").dialog;
    auto judged = start(engine().answer(id, ":1.1", answers({canary::password})));
    ASSERT_TRUE(tests::eventually(loop_, [&] { return step_.is_asked(); }));
    engine().forget_caller(":1.1");
    step_.let_go();
    (void)end_of(judged);
    expect_record("proof-not-followed: its caller left");
}

TEST_F(AProofThatIsNotFollowed, IsNoRecordWhereNothingWasProved) {
    engine().cancel(*begin("anna").dialog, ":1.1");
    (void)prove_the_password(); // whose record would come behind one of the other dialog
    engine().forget_caller(":1.1");
    expect_record("proof-not-followed: its caller left");
}

} // namespace
} // namespace loquet::conversation
