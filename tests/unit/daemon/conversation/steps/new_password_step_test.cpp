// SPDX-License-Identifier: LGPL-2.1-or-later
// Through the engine: who may change a password, and what is demanded of the new one.
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {
namespace {

class ANewPassword : public ConversationFixture {
protected:
    DialogId by_root() {
        const Begun begun = begin("anna", root(), "change-password");
        EXPECT_EQ(asked(begun.turn), (std::vector<std::string>{"rules", "new_password", "new_password_again"}));
        return begun.dialog.value();
    }
    [[nodiscard]] std::string shown(const char* id) const { return texts_.render("", id); }
};

TEST_F(ANewPassword, IsSetByRootWithoutTheFormerOne) {
    const auto before = commits();
    EXPECT_TRUE(is_done(answer(by_root(), {canary::next_password, canary::next_password})));
    EXPECT_EQ(commits() - before, 1U);
    EXPECT_EQ(records().back().kind, model::AuditKind::password_changed);
    EXPECT_EQ(credential(anna).history.size(), 1U);
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
    EXPECT_FALSE(is_granted(log_in("anna", canary::password)));
}

TEST_F(ANewPassword, IsSetByItsOwnerWhoKnowsTheFormerOne) {
    const Client owner = user(anna.value);
    const Begun begun = begin("anna", owner, "change-password");
    EXPECT_EQ(asked(begun.turn), std::vector<std::string>{"password"});
    const Turn turn = answer(*begun.dialog, {canary::password}, owner.sender);
    EXPECT_EQ(asked(turn).size(), 3U);
    EXPECT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password}, owner.sender)));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
}

TEST_F(ANewPassword, IsNotAskedOfAnOwnerWhoDoesNotKnowTheFormerOne) {
    const Client owner = user(anna.value);
    const Begun begun = begin("anna", owner, "change-password");
    EXPECT_EQ(refusal(answer(*begun.dialog, {canary::wrong_password}, owner.sender)), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

TEST_F(ANewPassword, IsAskedAgainWhenItIsEmptyOrNotTypedTwiceAlike) {
    const DialogId id = by_root();
    EXPECT_EQ(texts_of(answer(id, {"", ""})).front(), shown("new_password.empty"));
    EXPECT_EQ(texts_of(answer(id, {"one", "two"})).front(), shown("new_password.mismatch"));
}

TEST_F(ANewPassword, MayBeTriedAsOftenAsTheLimitAndNotOnceMore) {
    const DialogId id = by_root();
    for (std::uint32_t i = 1; i < limits::new_password_tries; ++i) {
        EXPECT_FALSE(asked(answer(id, {"one", "two"})).empty());
    }
    EXPECT_EQ(refusal(answer(id, {"one", "two"})), Reason::rules);
    EXPECT_FALSE(engine().exists(id));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(ANewPassword, IsAskedForWithTheRulesInOneLineBeforeTheFirstTry) {
    rules_.rules = {{true, {"rules.length", {{"minimum", "8"}}}},
                    {false, {"rules.level", {{"minimum", "2"}, {"level", "0"}}}}};
    const Begun begun = begin("anna", root(), "change-password");
    EXPECT_EQ(texts_of(begun.turn).front(),
              "Rules for the new password: at least 8 characters; hard to guess (strength 2 of 4).");
}

TEST_F(ANewPassword, HasItsRulesSeparatedAsTheLanguageSeparatesThem) {
    rules_.rules = {{false, {"rules.length", {{"minimum", "8"}}}}, {false, {"rules.common", {}}}};
    Client french = root();
    french.locale = "fr_FR.UTF-8";
    const Begun begun = begin("anna", french, "change-password");
    EXPECT_EQ(texts_of(begun.turn).front(),
              "Règles du nouveau mot de passe : au moins 8 caractères ; pas de mot de passe courant.");
    const Turn refused = answer(*begun.dialog, {canary::next_password, canary::next_password}, french.sender);
    EXPECT_EQ(texts_of(refused).front(),
              "Mot de passe refusé. Règles à respecter : au moins 8 caractères ; pas de mot de passe courant.");
}

TEST_F(ANewPassword, IsAskedForWithoutRulesWhileTheirPluginIsDead) {
    rules_.dead = true;
    EXPECT_EQ(asked(begin("anna", root(), "change-password").turn),
              (std::vector<std::string>{"new_password", "new_password_again"}));
}

TEST_F(ANewPassword, IsAskedAgainWithTheRulesThatItDoesNotMeetInOneSentence) {
    rules_.rules = {{false, {"rules.length", {{"minimum", "8"}}}},
                    {true, {"rules.common", {}}},
                    {false, {"rules.level", {{"minimum", "2"}, {"level", "0"}}}}};
    const std::vector<std::string> texts = texts_of(answer(by_root(), {"short", "short"}));
    EXPECT_EQ(texts.size(), 3U);
    EXPECT_EQ(
        texts.front(),
        "Not accepted. The password must meet these rules: at least 8 characters; hard to guess (strength 0 of 4, "
        "2 required).");
}

TEST_F(ANewPassword, IsAskedOfItsOwnerAfterThePresentOneByThatName) {
    EXPECT_EQ(texts_of(begin("anna", user(anna.value), "change-password").turn).front(), shown("password.current"));
    EXPECT_EQ(texts_of(begin("anna").turn).front(), shown("password.prompt"));
}

TEST_F(ANewPassword, IsToldToTheRulesWhereItWasUsedBefore) {
    (void)answer(by_root(), {canary::password, canary::password});
    EXPECT_TRUE(rules_.in_history);
}

TEST_F(ANewPassword, IsAskedAgainWithASentenceWhereItIsTooLong) {
    const std::string too_long(limits::password_bytes + 1, 'p');
    const std::string maximum = std::to_string(limits::password_bytes);
    EXPECT_EQ(texts_of(answer(by_root(), {too_long, too_long})).front(),
              texts_.render("", "new_password.too_long", {{"maximum", maximum}}));
    const std::string longest(limits::password_bytes, 'p');
    EXPECT_TRUE(is_done(answer(by_root(), {longest, longest})));
}

TEST_F(ANewPassword, IsAskedAgainWithASentenceWhereItIsNotText) {
    const std::string with_nul("pass\0word", 9);
    EXPECT_EQ(texts_of(answer(by_root(), {with_nul, with_nul})).front(), shown("new_password.not_text"));
    const std::string half_a_letter = "pass\xc3";
    EXPECT_EQ(texts_of(answer(by_root(), {half_a_letter, half_a_letter})).front(), shown("new_password.not_text"));
}

TEST_F(ANewPassword, IsHeldAgainstTheWholeAddresses) {
    set(anna, [](model::PrivateAccount& private_part) { private_part.mail = "anna@example.org"; });
    (void)answer(by_root(), {canary::next_password, canary::next_password});
    EXPECT_THAT(rules_.facts, testing::Contains(protocol::NamedText{"mail", "anna@example.org"}));
}

TEST_F(ANewPassword, ChangesNothingWhileTheRulesPluginIsDead) {
    const DialogId id = by_root();
    rules_.dead = true;
    const std::string former = credential(anna).password_hash;
    EXPECT_EQ(refusal(answer(id, {canary::next_password, canary::next_password})), Reason::unavailable);
    EXPECT_EQ(credential(anna).password_hash, former);
}

TEST_F(ANewPassword, IsOfAnAccountThatExists) {
    EXPECT_EQ(kind_of(engine().begin("change-password", "nobody", root(), {})), Kind::not_found);
}

} // namespace
} // namespace loquet::conversation
