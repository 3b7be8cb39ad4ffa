// SPDX-License-Identifier: LGPL-2.1-or-later
// Who somebody is who cannot log in, by what they know of themselves; and the names that are sent to an address.
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <cctype>
#include <chrono>
#include <functional>

namespace loquet::conversation {
namespace {

using protocol::Medium;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr outbox::Budget any_number{90, 90, 90, 90, 90, 100};
constexpr model::Uid carl{30003};
constexpr model::Uid dora{30004};
constexpr model::Uid eve{30005};

class AnIdentification : public ConversationFixture {
protected:
    AnIdentification() {
        settings_.flows.push_back(
            config::flow_of_steps(purpose::recover_password, {"identify", "ticket", "new_password"}));
        config::Flow names = config::flow_of_steps(purpose::recover_name, {"identify", "send_names"});
        names.items.front().by = {config::IdentifiedBy::mail};
        settings_.flows.push_back(names);
        sends_by_ = &outbox_;
        add(bert, "bert", canary::password);
        add(carl, "carl", canary::password);
        add(dora, "dora", canary::password);
        add(eve, "eve", canary::password);
        give(anna, "anna@example.org");
        give(bert, "both@example.org");
        give(carl, "Both@Example.ORG");
        give(dora, "dora@example.org", false);
        give(eve, "eve@example.org");
        set(eve, [](model::PrivateAccount& account) { account.state = model::AccountState::disabled; });
    }
    void give(model::Uid uid, const std::string& mail, bool confirmed = true) {
        set(uid, [&](model::PrivateAccount& account) {
            account.mail = mail;
            account.mail_confirmed = base::Milliseconds(confirmed ? 1 : 0);
        });
    }

    struct Sent {
        model::Uid account;
        std::string text;
        std::string destination;
        std::map<std::string, std::string> variables;
    };
    [[nodiscard]] std::vector<Sent> sent() const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::vector<Sent> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                Sent one{message.account, message.text, {}, {}};
                if (const auto content = store::OutboxTable::content(txn, number)) {
                    one.destination = content->destination;
                    for (const auto& variable : content->variables) {
                        one.variables[variable.name] = std::string(variable.value.reveal());
                    }
                }
                all.push_back(std::move(one));
                return true;
            });
            return all;
        });
    }
    /// Two empty answers, then this entry of the menu.
    Begun at_the_menu(const std::string& typed_name, const std::string& entry, const Client& client = root()) {
        Begun begun = begin(typed_name, client);
        (void)answer(*begun.dialog, {""}, client.sender);
        (void)answer(*begun.dialog, {""}, client.sender);
        begun.turn = answer(*begun.dialog, {entry}, client.sender);
        return begun;
    }
    static constexpr const char* password_entry = "1";
    static constexpr const char* name_entry = "2";

    outbox::Outbox outbox_{{.media = {Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {any_number, any_number},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(AnIdentification, APART9_StandsInTheMenuBesideTheForgottenPassword) {
    Client client = root();
    client.locale = "fr_FR.UTF-8";
    const Begun begun = begin("anna", client);
    (void)answer(*begun.dialog, {""});
    const auto texts = texts_of(answer(*begun.dialog, {""}));
    EXPECT_THAT(texts, ElementsAre("1 mot de passe oublié  2 identifiant oublié  3 j'ai un code  4 aide : "));
    EXPECT_LE(texts.back().size(), 72U + 1U) << "columns; an accented letter has two bytes";
}

TEST_F(AnIdentification, APART11_SendsTheNameToTheAddressAndComesBackToTheMenu) {
    const Begun begun = at_the_menu("somebody", name_entry);
    EXPECT_THAT(texts_of(begun.turn), ElementsAre("Mail address: "));
    const Turn ended = answer(*begun.dialog, {" Anna@EXAMPLE.org "});
    EXPECT_THAT(asked(ended), ElementsAre("names_sent", "back_to_menu"));
    EXPECT_THAT(texts_of(ended).front(), HasSubstr("unwanted mail")) << "APART-13";
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "names.mail");
    EXPECT_EQ(sent().front().destination, "anna@example.org");
    EXPECT_EQ(sent().front().variables["names"], "anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {""})), ElementsAre("menu"));
}

// Carries APART-10.
TEST_F(AnIdentification, OfTheNameIsFollowedByTheForgottenPasswordInTheSameDialog) {
    settings_.flows.clear();
    settings_.flows = {config::flow_of_steps(purpose::login, {"password"}),
                       config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"})};
    config::Flow names = config::flow_of_steps(purpose::recover_name, {"identify", "send_names"});
    names.items.front().by = {config::IdentifiedBy::mail};
    settings_.flows.push_back(names);
    const Begun begun = at_the_menu("somebody", name_entry);
    (void)answer(*begun.dialog, {"anna@example.org"});
    (void)answer(*begun.dialog, {""});
    EXPECT_THAT(asked(answer(*begun.dialog, {password_entry})), Contains("code"));
    ASSERT_THAT(sent(), SizeIs(2));
    EXPECT_EQ(sent().back().text, "ticket.recover_named_mail");
    EXPECT_THAT(asked(answer(*begun.dialog, {sent().back().variables["code"]})), Contains("new_password"));
    const Turn in = answer(*begun.dialog, {canary::next_password, canary::next_password});
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).account, "anna");
}

TEST_F(AnIdentification, SendsAllTheNamesOfOneAddressInOneMessage) {
    const Begun begun = at_the_menu("somebody", name_entry);
    (void)answer(*begun.dialog, {"both@example.org"});
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().variables["names"], "bert, carl");
}

TEST_F(AnIdentification, PORTAL6_APICIL6_ByMailSendsTheNameWithTheCode) {
    const Begun begun = at_the_menu("somebody", password_entry);
    EXPECT_THAT(texts_of(begun.turn), ElementsAre("User name or mail address: "));
    EXPECT_THAT(asked(answer(*begun.dialog, {"anna@example.org"})), Contains("code"));
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "ticket.recover_named_mail");
    EXPECT_EQ(sent().front().variables["name"], "anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {sent().front().variables["code"]})), Contains("new_password"));
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {canary::next_password, canary::next_password})));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
}

TEST_F(AnIdentification, ByNameSendsTheCodeAlone) {
    const Begun begun = at_the_menu("somebody", password_entry);
    (void)answer(*begun.dialog, {"Anna"});
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "ticket.recover_mail");
}

TEST_F(AnIdentification, APART19_ByNameIsToldAtASharedAddressWhyNoCodeComes) {
    const Begun begun = at_the_menu("somebody", password_entry);
    const auto shown = texts_of(answer(*begun.dialog, {"bert"}));
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "ticket.shared_mail");
    EXPECT_EQ(sent().front().destination, "both@example.org");
    EXPECT_FALSE(sent().front().variables.contains("code"));
    const Begun other = at_the_menu("somebody", password_entry);
    EXPECT_EQ(shown, texts_of(answer(*other.dialog, {"anna"}))) << "nothing of it is on the screen";
}

TEST_F(AnIdentification, OfSeveralAccountsSendsTheirNamesAndNoCode) {
    const Begun begun = at_the_menu("somebody", password_entry);
    EXPECT_THAT(asked(answer(*begun.dialog, {"both@example.org"})), Contains("code"));
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().text, "names.mail");
    EXPECT_EQ(refusal(answer(*begun.dialog, {"1234 5678"})), Reason::refused);
}

TEST_F(AnIdentification, IsNotAskedForWhereTheCodeIsTypedInPlaceOfThePassword) {
    const Begun asked_for = at_the_menu("somebody", password_entry);
    (void)answer(*asked_for.dialog, {"anna@example.org"});
    const std::string code = sent().back().variables["code"];
    engine().cancel(*asked_for.dialog, ":1.1");
    const Begun begun = begin("anna");
    EXPECT_THAT(asked(answer(*begun.dialog, {code})), Contains("new_password"));
}

TEST_F(AnIdentification, T14_T15_LooksTheSameForEveryAddress) {
    const auto walk = [&](const std::string& typed, const std::string& entry, const std::string& place) {
        const Client client = root(":1.40", place);
        std::vector<Turn> turns;
        std::vector<std::uint64_t> writes;
        const auto note = [&](DialogId id, const char* text) {
            const std::uint64_t before = commits();
            turns.push_back(answer(id, {text}, ":1.40"));
            writes.push_back(commits() - before);
        };
        const Begun begun = at_the_menu("somebody", entry, client);
        turns.push_back(begun.turn);
        note(*begun.dialog, typed.c_str());
        note(*begun.dialog, "");
        note(*begun.dialog, entry == name_entry ? password_entry : "1234 5678");
        return std::pair(turns, writes);
    };
    for (const char* entry : {password_entry, name_entry}) {
        const auto known = walk("anna@example.org", entry, "seat-anna");
        for (const char* typed : {"nobody@example.org", "both@example.org", "dora@example.org", "eve@example.org"}) {
            EXPECT_EQ(walk(typed, entry, std::string("seat-") + typed), known) << typed << entry;
        }
    }
    for (const Sent& message : sent()) {
        EXPECT_NE(message.account, eve) << "disabled";
        EXPECT_NE(message.account, dora) << "the address was never confirmed";
    }
}

TEST_F(AnIdentification, T16_IsCountedForTheAddressThePlaceAndTheDayAlone) {
    constexpr int tries_in_a_row = 3; // of the policy in this test
    const auto try_it = [&](const std::string& address, const std::string& place) {
        clock_.advance(std::chrono::minutes(1)); // the growing waits are over
        const Client client = root(":1.50", place);
        const Begun begun = at_the_menu("somebody", name_entry, client);
        const Turn turn = answer(*begun.dialog, {address}, ":1.50");
        return asked(turn).empty() ? refusal(turn) : std::nullopt;
    };
    for (const char* address : {"anna@example.org", "nobody@example.org"}) {
        for (int time = 0; time < tries_in_a_row; ++time) {
            EXPECT_EQ(try_it(address, "seat0"), std::nullopt) << address << time;
        }
        EXPECT_EQ(try_it(address, "seat0"), Reason::refused) << address;
        EXPECT_EQ(try_it(address, "seat1"), std::nullopt) << "elsewhere the owner is not kept out";
    }
    EXPECT_TRUE(is_granted(log_in("anna", canary::password))) << "nor at the login";
    clock_.advance(std::chrono::hours(25));
    EXPECT_EQ(try_it("anna@example.org", "seat0"), std::nullopt);
}

TEST_F(AnIdentification, T2_SendsToTheStoredAddressAlone) {
    int place = 0;
    for (const char* typed : {"anna@example.org,thief@example.net", "anna@example.org;thief@example.net",
                              "anna@example.org thief@example.net", "<anna@example.org>",
                              "anna@example.org\r\nBcc: thief@example.net", "ann\u00e0@example.org",
                              "anna@example.org.thief.net", "anna%example.org@thief.net", "\"anna@example.org\""}) {
        const Client client = root(":1.1", "seat" + std::to_string(++place));
        const Begun begun = at_the_menu("somebody", name_entry, client);
        EXPECT_THAT(asked(answer(*begun.dialog, {typed})), Contains("names_sent")) << typed;
    }
    EXPECT_THAT(sent(), IsEmpty());
    const Begun begun = at_the_menu("somebody", name_entry);
    (void)answer(*begun.dialog, {"ANNA@EXAMPLE.ORG"});
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().front().destination, "anna@example.org") << "as it is stored";
}

TEST_F(AnIdentification, T28_IsNotRefusedForWhatOthersTypedAtThePlace) {
    for (int person = 0; person < 40; ++person) {
        const Begun begun = at_the_menu("somebody", name_entry);
        const std::string typed = "person" + std::to_string(person) + "@example.org";
        EXPECT_THAT(asked(answer(*begun.dialog, {typed})), Contains("names_sent")) << person;
        engine().cancel(*begun.dialog, ":1.1");
    }
}

TEST_F(AnIdentification, OfSomebodyElseThanTheProgramAsksAboutOpensNoSessionOfTheirs) {
    Client client = root();
    client.account_uid = bert.value; // NSS has the name
    const Begun begun = at_the_menu("bert", password_entry, client);
    (void)answer(*begun.dialog, {"anna@example.org"});
    EXPECT_THAT(asked(answer(*begun.dialog, {sent().back().variables["code"]})), Contains("new_password"));
    const Turn end = answer(*begun.dialog, {canary::next_password, canary::next_password});
    EXPECT_TRUE(is_done(end)) << "bert's session is not opened for anna";
    EXPECT_THAT(texts_of(end), Contains(HasSubstr("user name anna")));
    EXPECT_TRUE(is_granted(log_in("anna", canary::next_password)));
    EXPECT_TRUE(is_granted(log_in("bert", canary::password))) << "unchanged";
}

TEST_F(AnIdentification, IsForgottenWhereSomebodyGoesBackToTheLogin) {
    Client client = root();
    client.account_uid = bert.value;
    const Begun begun = at_the_menu("bert", name_entry, client);
    (void)answer(*begun.dialog, {"anna@example.org"});
    (void)answer(*begun.dialog, {""});
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("password"));
    const Turn in = answer(*begun.dialog, {canary::password});
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).account, "bert");
}

TEST_F(AnIdentification, IsAskedForOnceMoreWhereNothingWasTyped) {
    const Begun begun = at_the_menu("somebody", name_entry);
    const std::uint64_t before = commits();
    EXPECT_THAT(asked(answer(*begun.dialog, {" "})), ElementsAre("identity"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"?"})), ElementsAre("help", "identity"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("menu"));
    EXPECT_LE(commits() - before, 3U);
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(AnIdentification, TellsNoNameThatHasAnotherAddressByThen) {
    const Begun begun = at_the_menu("somebody", name_entry);
    give(anna, "anna@example.net");
    (void)answer(*begun.dialog, {"anna@example.org"});
    EXPECT_THAT(sent(), IsEmpty());
}

/// At the prompt for the name, in place of it.
using ALoginByMail = AnIdentification;

TEST_F(ALoginByMail, APICIL2_LetsTheOwnerInUnderTheName) {
    for (const char* service : {"login", "lightdm", "greetd"}) {
        Client client = root();
        client.service = service;
        const Turn in = log_in("Anna@example.org", canary::password, client);
        ASSERT_TRUE(is_granted(in)) << service;
        EXPECT_EQ(std::get<Granted>(in).account, "anna") << "PAM_USER is the name";
    }
}

TEST_F(ALoginByMail, IsThatOfANameThatNobodyHasWhereTheAddressIsNotOneOwners) {
    for (const char* typed : {"both@example.org", "dora@example.org", "nobody@example.org", "@example.org", "anna@"}) {
        EXPECT_EQ(refusal(log_in(typed, canary::password)), Reason::refused) << typed;
    }
    EXPECT_EQ(refusal(log_in("eve@example.org", canary::password)), Reason::refused) << "disabled";
}

TEST_F(ALoginByMail, IsThatOfWhoHadTheAddressBeforeAClaimThatIsHeldStill) {
    set(carl, [&](model::PrivateAccount& account) {
        account.mail_held_until = steady_.now(clock_) + std::chrono::hours(24);
    });
    const Turn in = log_in("both@example.org", canary::password);
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).account, "bert");
    const Begun begun = at_the_menu("somebody", password_entry);
    (void)answer(*begun.dialog, {"both@example.org"});
    ASSERT_THAT(sent(), SizeIs(1));
    EXPECT_EQ(sent().back().text, "ticket.recover_named_mail");
    EXPECT_EQ(sent().back().variables["name"], "bert");
    clock_.advance(std::chrono::hours(24));
    EXPECT_EQ(refusal(log_in("both@example.org", canary::password)), Reason::refused) << "two have it now";
}

TEST_F(ALoginByMail, IsThatOfANameThatNobodyHasWhereTheProgramTakesNoNameBack) {
    for (const char* service : {"su", "sudo", "sshd", "xscreensaver", "remote"}) {
        Client client = root();
        client.service = service;
        EXPECT_EQ(refusal(log_in("anna@example.org", canary::password, client)), Reason::refused) << service;
    }
    EXPECT_EQ(counters("anna").account.consecutive, 0U) << "nothing of it is counted against its owner";
}

TEST_F(ALoginByMail, T14_IsNoneWhereLocksAreToldBecauseThatOfTheNameWouldSayWhoseTheAddressIs) {
    settings_.disclose = {Reason::locked};
    for (int failure = 0; failure < 5; ++failure) {
        clock_.advance(std::chrono::minutes(1));
        (void)log_in("anna", "wrong");
    }
    EXPECT_EQ(refusal(log_in("anna", "wrong")), Reason::locked);
    EXPECT_EQ(refusal(log_in("anna@example.org", "wrong")), Reason::refused) << "as of an address that nobody has";
}

TEST_F(ALoginByMail, IsNotOneWhereAnotherSourceHasTheText) {
    Client client = root();
    client.account_uid = 4711;
    EXPECT_EQ(kind_of(engine().begin(purpose::login, "anna@example.org", client, {})), Kind::not_found);
}

TEST_F(ALoginByMail, IsCountedAgainstTheAccountAsByItsName) {
    for (int failure = 0; failure < 5; ++failure) {
        clock_.advance(std::chrono::minutes(1));
        (void)log_in(failure % 2 == 0 ? "anna@example.org" : "anna", "wrong");
    }
    EXPECT_EQ(refusal(log_in("anna@example.org", canary::password)), Reason::refused) << "locked";
}

TEST_F(ALoginByMail, T16_IsLockedInAnyCaseWhereNobodyHasTheAddressToo) {
    const auto times = [&](const std::string& address, const std::string& place) {
        std::vector<std::optional<Reason>> reasons;
        settings_.disclose = {Reason::locked};
        for (int failure = 0; failure < 6; ++failure) {
            clock_.advance(std::chrono::minutes(1));
            std::string typed = address;
            typed[static_cast<std::size_t>(failure)] =
                static_cast<char>(std::toupper(typed[static_cast<std::size_t>(failure)]));
            reasons.push_back(refusal(log_in(typed, "wrong", root(":1.1", place))));
        }
        return reasons;
    };
    const auto of_nobody = times("hannah@example.net", "seat1");
    EXPECT_THAT(of_nobody, Contains(Reason::locked));
    give(anna, "berthe@example.net");
    EXPECT_EQ(times("berthe@example.net", "seat2"), of_nobody);
}

TEST_F(ALoginByMail, LeadsToTheMenuAndToThatAccount) {
    const Begun begun = at_the_menu("anna@example.org", name_entry);
    (void)answer(*begun.dialog, {"<"});
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("password"));
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {canary::password})));
}

/// Typed where the program asks for a name.
class AMenuName : public AnIdentification {
protected:
    AMenuName() { settings_.self_service.names = {{"aide", "fr"}, {"help", "en"}}; }
};

TEST_F(AMenuName, OpensTheMenuInItsLanguageInAnyCaseAndWidth) {
    for (const char* typed : {"aide", "AIDE", "Aide", "\uFF41\uFF49\uFF44\uFF45"}) {
        EXPECT_THAT(texts_of(begin(typed).turn), ElementsAre(HasSubstr("mot de passe oublié"))) << typed;
    }
    EXPECT_THAT(texts_of(begin("help").turn), ElementsAre(HasSubstr("forgotten password")));
    for (const char* typed : {"aid", "aide2", " aide", "hélp"}) {
        EXPECT_THAT(asked(begin(typed).turn), ElementsAre("password")) << typed;
    }
}

TEST_F(AMenuName, IsNobodysSoThatTheFirstQuestionIsWhoItIs) {
    for (config::Flow& flow : settings_.flows) { // which takes the name that was typed at the login, usually
        if (flow.purpose == purpose::recover_password) {
            flow.items.erase(flow.items.begin());
        }
    }
    const Begun begun = begin("help");
    EXPECT_THAT(asked(answer(*begun.dialog, {password_entry})), ElementsAre("identity"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"anna"})), Contains("code"));
    const std::string code = sent().back().variables["code"];
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("menu"));
    EXPECT_THAT(asked(answer(*begun.dialog, {"<"})), ElementsAre("menu")) << "there is no login to go back to";
    engine().cancel(*begun.dialog, ":1.1");

    const Begun later = begin("help");
    EXPECT_THAT(asked(answer(*later.dialog, {"code"})), ElementsAre("identity"));
    EXPECT_THAT(asked(answer(*later.dialog, {"anna@example.org"})), ElementsAre("code"));
    EXPECT_THAT(asked(answer(*later.dialog, {code})), Contains("new_password"));
    const Turn in = answer(*later.dialog, {canary::next_password, canary::next_password});
    ASSERT_TRUE(is_granted(in));
    EXPECT_EQ(std::get<Granted>(in).account, "anna");
}

TEST_F(AMenuName, IsItsOwnersWhereAnAccountOrAnotherSourceHasIt) {
    add(model::Uid{30009}, "help", canary::password);
    EXPECT_THAT(asked(begin("help").turn), ElementsAre("password"));
    EXPECT_TRUE(is_granted(log_in("help", canary::password)));
    Client client = root();
    client.account_uid = 4711;
    EXPECT_EQ(kind_of(engine().begin(purpose::login, "aide", client, {})), Kind::not_found);
}

TEST_F(AMenuName, IsANameThatNobodyHasElsewhere) {
    for (const char* service : {"su", "sudo", "sshd", "xscreensaver", "polkit-1"}) {
        Client client = root();
        client.service = service;
        EXPECT_THAT(asked(begin("aide", client).turn), ElementsAre("password")) << service;
    }
    EXPECT_THAT(asked(begin("aide", root(), purpose::unlock_screen).turn), ElementsAre("password"));
}

TEST_F(AMenuName, IsANameThatNobodyHasWhereNothingCanBeRecovered) {
    std::erase_if(settings_.flows, [](const config::Flow& flow) {
        return flow.purpose == purpose::recover_password || flow.purpose == purpose::recover_name;
    });
    EXPECT_THAT(asked(begin("aide").turn), ElementsAre("password"));
}

} // namespace
} // namespace loquet::conversation
