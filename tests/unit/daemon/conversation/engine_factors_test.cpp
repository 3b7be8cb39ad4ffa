// SPDX-License-Identifier: LGPL-2.1-or-later
// A second factor where one is set up: who is asked for which, who may choose, and what a wrong one counts.
#include "daemon/accounts/account_changes.h"
#include "daemon/conversation/dialog.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <functional>

namespace loquet::conversation {

namespace {

using testing::ElementsAre;

protocol::StepResponse says_ask() {
    return {protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"password.prompt", {}}}}}, {}, {}, {}, {}};
}

class ASecondFactor : public ConversationFixture {
protected:
    ASecondFactor() {
        add(anna, "anna", canary::password);
        for (const char* name : {"totp", "codes"}) {
            (void)add_step(name, config::Proof::possession);
            settings_.plugins[name].enrolled_only = true;
        }
        in_group(0);
    }

    /// The flow of logins: the password, then so many of both.
    void in_group(std::size_t at_least) {
        config::Flow flow = config::flow_of_steps("login", {"password"});
        flow.items.push_back({{config::step_named("totp"), config::step_named("codes")}, at_least, {}});
        settings_.flows.front() = flow;
    }
    FakeStep& step(const std::string& name) { return *plugin_steps_.at(name); }
    void set_up(std::vector<std::string> factors) {
        set(anna, [&](model::PrivateAccount& account) { account.factors = std::move(factors); });
    }
    /// Up to what is asked after the right password.
    Begun past_the_password() { return done(engine().begin("login", "anna", root(), answers({canary::password}))); }
};

TEST_F(ASecondFactor, IsNotAskedOfWhoHasNone) {
    EXPECT_TRUE(is_granted(past_the_password().turn));
    EXPECT_TRUE(step("totp").requests.empty());
}

TEST_F(ASecondFactor, IsAskedOfWhoHasOne) {
    set_up({"codes"});
    step("codes").will_say(says_ask());
    const Begun begun = past_the_password();
    EXPECT_THAT(asked(begun.turn), ElementsAre("codes.code"));
    step("codes").will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
    EXPECT_TRUE(step("totp").requests.empty());
}

TEST_F(ASecondFactor, IsNotAskedAfterAWrongPassword) {
    set_up({"codes"});
    EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
    EXPECT_TRUE(step("codes").requests.empty());
}

TEST_F(ASecondFactor, CountsAsAFailureOfTheAccountWhereItIsWrong) {
    set_up({"codes"});
    step("codes").will_say(says_ask());
    const Begun begun = past_the_password();
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    step("codes").will_say(says_no());
    EXPECT_EQ(refusal(answer(*begun.dialog, {"000000"})), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

TEST_F(ASecondFactor, ThatIsWrongIsNotCalledAWrongPassword) {
    set_up({"codes"});
    const auto text_after = [this](const std::function<void()>& meanwhile) {
        step("codes").will_say(says_ask());
        const Begun begun = past_the_password();
        meanwhile();
        step("codes").will_say(says_no());
        return texts_of(answer(*begun.dialog, {"000000"}));
    };
    const auto wrong = text_after([] {});
    EXPECT_THAT(wrong, ElementsAre("The code was not accepted. Please start again."));
    const auto locked_meanwhile = text_after([this] {
        set(anna, [](model::PrivateAccount& account) {
            account.state = model::AccountState::locked;
            ++account.generation;
        });
    });
    EXPECT_EQ(locked_meanwhile, wrong) << "it says nothing of the account";
    EXPECT_THAT(texts_of(log_in("anna", canary::wrong_password)),
                ElementsAre("The user name and password do not match."));
}

TEST_F(ASecondFactor, IsPickedByWhoHasSeveral) {
    set_up({"codes", "totp"});
    const Begun begun = past_the_password();
    EXPECT_THAT(asked(begun.turn), ElementsAre("choice_title", "choice_line", "choice_line", "choice"));
    EXPECT_THAT(texts_of(begun.turn), testing::Contains(testing::StartsWith("2. ")));
    for (const char* odd : {"", "0", "3", "2x", "-1", "99999999999999999999"}) {
        EXPECT_THAT(asked(answer(*begun.dialog, {odd})), testing::Contains("choice_again")) << odd;
    }
    step("codes").will_say(says_ask());
    EXPECT_THAT(asked(answer(*begun.dialog, {"2"})), ElementsAre("codes.code"));
    step("codes").will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
    EXPECT_EQ(counters("anna").account.consecutive, 0U) << "an odd choice is no guess";
}

TEST_F(ASecondFactor, ThatTheFlowWantsIsMissedWithoutBeingCounted) {
    in_group(1);
    const Begun begun = past_the_password();
    EXPECT_EQ(refusal(begun.turn), Reason::refused);
    EXPECT_EQ(records().back().detail, "lacks-a-factor");
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
}

TEST_F(ASecondFactor, IsWantedTwiceWhereTheFlowSaysSo) {
    in_group(2);
    set_up({"codes", "totp"});
    step("totp").will_say(says_ask());
    const Begun begun = past_the_password();
    step("totp").will_say(says_yes());
    step("codes").will_say(says_ask());
    EXPECT_THAT(asked(answer(*begun.dialog, {"123456"})), ElementsAre("codes.code"));
    step("codes").will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
}

/// A factor that is asked once a month at each place.
class ATrustedPlace : public ASecondFactor {
protected:
    ATrustedPlace() {
        set_up({"totp"});
        settings_.flows.front().items.back().trust_place = std::chrono::days(30);
    }
    /// True where the password was enough.
    bool password_is_enough(const std::string& place = "seat0") {
        step("totp").will_say(says_ask());
        const Begun begun = done(engine().begin("login", "anna", root(":1.1", place), answers({canary::password})));
        if (is_granted(begun.turn)) {
            step("totp").responses.clear();
            return true;
        }
        step("totp").will_say(says_yes());
        EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
        return false;
    }
};

TEST_F(ATrustedPlace, IsOneWhereTheFactorWasProvedNotLongAgo) {
    EXPECT_FALSE(password_is_enough());
    EXPECT_TRUE(password_is_enough());
    clock_.advance(std::chrono::days(30) - std::chrono::seconds(1));
    EXPECT_TRUE(password_is_enough()) << "logins there do not make it longer";
    clock_.advance(std::chrono::seconds(1));
    EXPECT_FALSE(password_is_enough());
}

TEST_F(ATrustedPlace, IsNoneOfAnotherPlaceOrPerson) {
    EXPECT_FALSE(password_is_enough());
    EXPECT_FALSE(password_is_enough("seat1"));
    EXPECT_TRUE(password_is_enough("seat1"));
    EXPECT_TRUE(password_is_enough()) << "each for itself";
    EXPECT_EQ(private_part(anna).trusted_places.size(), 2U);
}

TEST_F(ATrustedPlace, IsNoneAfterThePasswordOrTheFactorIsNew) {
    EXPECT_FALSE(password_is_enough());
    store_->write_now([](store::WriteTxn& txn) {
        const std::string hash = store::Credentials::get(txn, anna).value().password_hash;
        accounts::put_password(txn, anna, {hash, false, 0, base::Milliseconds(1)});
    });
    EXPECT_FALSE(password_is_enough());
}

TEST_F(ATrustedPlace, GivesWayToNewerOnes) {
    model::PrivateAccount account;
    for (std::uint8_t n = 0; n <= trusted_places_kept; ++n) {
        trust(account, model::Digest{{n}}, base::Milliseconds(n));
        trust(account, model::Digest{{n}}, base::Milliseconds(n));
    }
    EXPECT_EQ(account.trusted_places.size(), trusted_places_kept);
    EXPECT_EQ(account.trusted_places.front().place, model::Digest{{1}});
}

} // namespace

} // namespace loquet::conversation
