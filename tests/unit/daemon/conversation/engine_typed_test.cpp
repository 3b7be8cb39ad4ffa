// SPDX-License-Identifier: LGPL-2.1-or-later
// What programs answer in place of people, and names that are typed in another way: none of it is a guess.
#include "daemon/conversation/typed_text.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

namespace loquet::conversation {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

protocol::StepResponse asks_for_totp() {
    return {protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"totp.code", {}}}}}, {}, {}, {}, {}};
}

class AProgramWithOneAnswer : public ConversationFixture {
protected:
    AProgramWithOneAnswer() { (void)add_step("totp", config::Proof::possession); }

    FakeStep& totp() { return *plugin_steps_.at("totp"); }
    Client sshd() {
        Client client = root();
        client.service = "sshd";
        return client;
    }
    Begun past_the_password() {
        totp().will_say(asks_for_totp());
        return done(engine().begin("login", "anna", sshd(), answers({canary::password})));
    }
};

TEST_F(AProgramWithOneAnswer, IsRefusedWithoutACountOrATryOfTheCode) {
    for (int i = 0; i < 12; ++i) {
        const Begun begun = past_the_password();
        EXPECT_EQ(refusal(answer(*begun.dialog, {canary::password})), Reason::refused);
    }
    EXPECT_EQ(totp().requests.size(), 12U) << "it is asked for its prompt, and never for its judgement";
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_EQ(records().back().detail, "password-typed-as-code");
    EXPECT_FALSE(records().back().granted);
    const Begun begun = past_the_password();
    totp().will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"}))) << "the owner is not kept out";
}

TEST_F(AProgramWithOneAnswer, IsNamedInTheJournalWithTheSettingOfSshd) {
    const Begun begun = past_the_password();
    testing::internal::CaptureStderr();
    (void)answer(*begun.dialog, {canary::password});
    const std::string journal = testing::internal::GetCapturedStderr();
    EXPECT_THAT(journal, HasSubstr("KbdInteractiveAuthentication yes"));
    EXPECT_THAT(journal, HasSubstr("PasswordAuthentication no"));
    EXPECT_THAT(journal, testing::Not(HasSubstr(std::string(canary::password))));
}

TEST_F(AProgramWithOneAnswer, StillFailsWithAnotherOne) {
    const Begun begun = past_the_password();
    totp().will_say(says_no());
    EXPECT_EQ(refusal(answer(*begun.dialog, {canary::next_password})), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(records().back().detail, "totp-wrong");
}

TEST_F(AProgramWithOneAnswer, IsKnownByAnyOfTheAnswersOfAStep) {
    totp().will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"totp.code", {}}},
                                        {protocol::PromptStyle::visible, "code", {"totp.code", {}}}}},
                     {},
                     {},
                     {},
                     {}});
    const Begun begun = done(engine().begin("login", "anna", sshd(), answers({canary::password})));
    EXPECT_EQ(refusal(answer(*begun.dialog, {"123456", canary::password})), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
}

TEST_F(AProgramWithOneAnswer, WhosePasswordIsWrongIsCountedAsEver) {
    (void)done(engine().begin("login", "anna", sshd(), answers({canary::wrong_password})));
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

class ABlankAnswer : public AProgramWithOneAnswer {};

TEST_F(ABlankAnswer, ToASecondFactorIsNoGuess) {
    for (const char* blank : {"", " ", "\t", " - ", "\xC2\xA0", "\xE2\x80\x93"}) {
        const Begun begun = past_the_password();
        totp().will_say(says_no());
        EXPECT_EQ(refusal(answer(*begun.dialog, {blank})), Reason::refused);
        EXPECT_EQ(records().back().detail, "totp-not-answered");
    }
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
}

TEST_F(ABlankAnswer, ThatThePluginTakesForARequestIsOne) {
    const Begun begun = past_the_password();
    totp().will_say(asks_for_totp());
    EXPECT_THAT(asked(answer(*begun.dialog, {""})), ElementsAre("totp.code"));
    totp().will_say(says_yes());
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
}

TEST_F(ABlankAnswer, BesideOneThatIsNoneIsAGuess) {
    totp().will_say({protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"totp.code", {}}},
                                        {protocol::PromptStyle::secret, "code", {"totp.code", {}}}}},
                     {},
                     {},
                     {},
                     {}});
    const Begun begun = done(engine().begin("login", "anna", sshd(), answers({canary::password})));
    totp().will_say(says_no());
    (void)answer(*begun.dialog, {"", "000000"});
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

/// What sshd sends for a user whom it does not let in, cut or repeated to the length of what was typed.
std::string placeholder(std::size_t size) {
    constexpr std::string_view junk = "\b\n\r\177INCORRECT";
    std::string text;
    while (text.size() < size) {
        text += junk[text.size() % junk.size()];
    }
    return text;
}

class AUserWhomSshdRefuses : public ConversationFixture {};

TEST_F(AUserWhomSshdRefuses, IsNeverCountedAgainstTheOwner) {
    Client sshd = root();
    sshd.service = "sshd";
    sshd.account_uid = anna.value; // AllowUsers, or no shell: NSS knows the name
    for (const std::size_t size : {1U, 3U, 12U, 13U, 14U, 20U, 26U, 40U, 511U}) {
        EXPECT_EQ(refusal(log_in("anna", placeholder(size), sshd)), Reason::refused) << size;
        EXPECT_FALSE(records().back().account.has_value()) << size;
    }
    EXPECT_EQ(records().front().detail, "unknown-name");
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
    EXPECT_TRUE(counters("anna").places.empty());
    EXPECT_TRUE(is_granted(log_in("anna", canary::password, sshd)));
}

TEST_F(AUserWhomSshdRefuses, IsCountedAsAnUnknownNameAtThatPlace) {
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", placeholder(20));
    }
    EXPECT_THAT(records().back().detail, HasSubstr("unknown-name"));
    (void)log_in("anna", placeholder(20));
    EXPECT_THAT(records().back().detail, HasSubstr("locked")) << "an outsider is locked out as ever";
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(AUserWhomSshdRefuses, CostsTheWorkOfAnyOther) {
    const int before = hashes_computed();
    (void)log_in("anna", placeholder(20));
    EXPECT_EQ(hashes_computed() - before, 1);
}

TEST_F(AUserWhomSshdRefuses, IsRefusedAlsoAtALaterPrompt) {
    FakeStep& totp = add_step("totp", config::Proof::possession);
    totp.will_say(asks_for_totp());
    const Begun begun = done(engine().begin("login", "anna", root(), answers({canary::password})));
    EXPECT_EQ(refusal(answer(*begun.dialog, {placeholder(6)})), Reason::refused);
    EXPECT_EQ(totp.requests.size(), 1U);
    EXPECT_EQ(counters("anna").account.consecutive, 0U);
}

TEST(ThePlaceholderOfSshd, IsNothingElse) {
    EXPECT_TRUE(is_sshd_placeholder(Secret(std::string_view("\b"))));
    for (const char* text : {"", "INCORRECT", "\b\n\r\177INCORRECt", "\b\n\r\177INCORRECT\n", " \b", "kanari"}) {
        EXPECT_FALSE(is_sshd_placeholder(Secret(std::string_view(text)))) << text;
    }
}

struct Spelling {
    const char* service;
    const char* typed;
    bool is_taken;
};

class ASpelling : public ConversationFixture, public testing::WithParamInterface<Spelling> {
protected:
    Turn log_in_by(const Client& client, std::string_view password) {
        return log_in(GetParam().typed, password, client);
    }
    static Client program() {
        Client client = root();
        client.service = GetParam().service;
        return client;
    }
};

TEST_P(ASpelling, IsTheOwnersNameOnlyWhereTheProgramTakesItBack) {
    const Turn turn = log_in_by(program(), canary::password);
    EXPECT_EQ(is_granted(turn), GetParam().is_taken);
    if (GetParam().is_taken) {
        EXPECT_EQ(std::get<Granted>(turn).account, "anna");
    }
}

TEST_P(ASpelling, CountsAgainstTheOwnerOnlyThere) {
    for (int i = 0; i < 5; ++i) {
        (void)log_in_by(program(), canary::wrong_password);
    }
    const bool was_counted = counters("anna").account.consecutive > 0;
    EXPECT_EQ(was_counted, GetParam().is_taken);
    if (!GetParam().is_taken) {
        EXPECT_EQ(records().front().detail, "unknown-name");
        EXPECT_TRUE(is_granted(log_in("anna", canary::password, program())));
    }
}

TEST_P(ASpelling, IsNotKnownToTheAccountPhaseWhereItIsNobodys) {
    Client client = program();
    client.account_phase = true;
    const auto failed = kind_of(engine().begin("login", GetParam().typed, client, {}));
    EXPECT_EQ(failed, GetParam().is_taken ? std::nullopt : std::optional(Kind::not_found));
}

INSTANTIATE_TEST_SUITE_P(OfAName, ASpelling,
                         testing::Values(Spelling{"login", "Anna", true}, Spelling{"login", "ANNA", true},
                                         Spelling{"remote", "ANNA", true}, Spelling{"lightdm", "Anna", true},
                                         Spelling{"greetd", "aNNa", true}, Spelling{"sshd", "Anna", false},
                                         Spelling{"su", "ANNA", false}, Spelling{"sudo", "Anna", false},
                                         Spelling{"polkit-1", "Anna", false}, Spelling{"gdm-password", "Anna", false},
                                         Spelling{"", "Anna", false}, Spelling{"LOGIN", "Anna", false}),
                         [](const auto& spelling) {
                             std::string name = std::string(spelling.param.typed) + "By" + spelling.param.service;
                             std::erase(name, '-');
                             return name;
                         });

TEST_F(AUserWhomSshdRefuses, MayBeTypedAsTheNameServiceKnowsThem) {
    Client sshd = root();
    sshd.service = "sshd";
    sshd.account_uid = anna.value; // a name service that ignores case
    EXPECT_TRUE(is_granted(log_in("Anna", canary::password, sshd)));
}

} // namespace

} // namespace loquet::conversation
