// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"
#include "daemon/config/config_file.h"
#include "daemon/config/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* two_plugins = "[plugins.sum]\nkind = 'step'\n"
                                    "[plugins.totp]\nkind = 'step'\nproves = 'possession'\n";

std::vector<std::string> complaints_about_flows(const std::string& flows) {
    Config config;
    Complaints complaints;
    apply(two_plugins, "plugins", config, complaints);
    apply(flows, "f", config, complaints);
    validate_flows(config, complaints);
    return complaints.lines();
}

TEST(AFlow, MayBeginWithAChallengeAndAskForASecondFactor) {
    EXPECT_THAT(complaints_about_flows("flow.login.steps = ['sum', 'password', 'expiry', 'authorisation']"), IsEmpty());
    EXPECT_THAT(complaints_about_flows("flow.login.service.sudo.steps = ['password', 'totp']"), IsEmpty());
}

TEST(AFlow, ThatProvesNothingIsRefused) {
    for (const char* steps : {"['authorisation']", "['sum']", "['sum', 'expiry']", "[]"}) {
        EXPECT_THAT(complaints_about_flows(std::string("flow.login.steps = ") + steps), testing::Not(IsEmpty()))
            << steps;
    }
    EXPECT_THAT(complaints_about_flows("flow.unlock-screen.steps = ['sum']"),
                ElementsAre(AllOf(HasSubstr("f:1:"), HasSubstr("lets anybody in"))));
}

TEST(AFlow, SaysNothingOfAnAccountBeforeThereIsAProof) {
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['sum', 'expiry', 'password']"),
                ElementsAre(AllOf(HasSubstr("f:2:17: flow.login: \"expiry\" comes before"))));
    EXPECT_THAT(complaints_about_flows("[flow.first-login]\nsteps = ['new_password']"),
                Contains(HasSubstr("comes before")));
}

TEST(AFlow, NamesStepsThatExistAndEachOnce) {
    EXPECT_THAT(
        complaints_about_flows("[flow.login]\nsteps = ['password',\n  'topt', 'lockout', 'password']"),
        ElementsAre(
            AllOf(HasSubstr("f:3:3: "), HasSubstr("no step \"topt\""),
                  HasSubstr("accepted: password, new_password, expiry, authorisation, ticket, ticket_mail, "
                            "ticket_sms, identify, send_names, new_address, new_mail, new_phone, recovery_codes, "
                            "sum, totp")),
            HasSubstr("f:3:11: flow.login: there is no step \"lockout\""),
            HasSubstr("f:3:22: flow.login: \"password\" stands twice")));
}

TEST(AFlow, IdentifiesAtItsBeginningAlone) {
    const std::string weak = "\naccept_weaker_than_login = true";
    for (const char* step : {"'identify'", "{ identify = ['name'] }", "{ identify = ['mail', 'name'] }"}) {
        EXPECT_THAT(complaints_about_flows("[flow.recover-password]\nsteps = [" + std::string(step)
                                           + ", 'ticket', 'new_password']" + weak),
                    IsEmpty())
            << step;
    }
    EXPECT_THAT(
        complaints_about_flows("[flow.recover-password]\nsteps = ['ticket', 'identify', 'new_password']" + weak),
        ElementsAre(HasSubstr("accepted is at the beginning")));
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['identify', 'password']"),
                ElementsAre(HasSubstr("flow.recover-password and flow.recover-name")));
    EXPECT_THAT(
        complaints_about_flows("[flow.recover-password]\nsteps = [{ identify = [] }, 'ticket', 'new_password']" + weak),
        ElementsAre(HasSubstr("a list of \"name\" and \"mail\"")));
    EXPECT_THAT(complaints_about_flows(
                    "[flow.recover-password]\nsteps = [{ identify = ['phone'] }, 'ticket', 'new_password']" + weak),
                ElementsAre(HasSubstr("identify")));
}

TEST(AFlow, SendsNamesToTheAddressThatWasTypedAlone) {
    EXPECT_THAT(complaints_about_flows("[flow.recover-name]\nsteps = [{ identify = ['mail'] }, 'send_names']"),
                IsEmpty());
    for (const char* steps : {"'send_names'", "'identify', 'send_names'", "{ identify = ['mail'] }",
                              "{ identify = ['name'] }, 'send_names'"}) {
        EXPECT_THAT(complaints_about_flows("[flow.recover-name]\nsteps = [" + std::string(steps) + "]"),
                    ElementsAre(HasSubstr("begins with { identify = [\"mail\"] } and ends in \"send_names\"")))
            << steps;
    }
}

TEST(AFlow, SetsAPasswordAtItsEndAndOnlyWhereThatIsItsPurpose) {
    EXPECT_THAT(complaints_about_flows("flow.login.steps = ['password', 'new_password']"),
                ElementsAre(HasSubstr("flow.change-password and flow.first-login")));
    EXPECT_THAT(complaints_about_flows("flow.change-password.steps = ['password']"),
                ElementsAre(HasSubstr("ends in \"new_password\"")));
}

TEST(AFlow, SetsFactorsUpWhereThatIsItsPurpose) {
    const std::string login = "[flow.login]\nsteps = ['password']\n";
    EXPECT_THAT(complaints_about_flows(login + "[flow.manage-secrets]\nsteps = ['password', { enrol = ['totp'] }]"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows(login
                                       + "[flow.first-login]\nsteps = ['password', { enrol = ['totp'], at_least = 0 }, "
                                         "'new_password']"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['password', { enrol = ['totp'] }]"),
                Contains(HasSubstr("accepted in flow.first-login and flow.manage-secrets")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = ['password']"),
                Contains(HasSubstr("ends in { enrol = [\"STEP\", ...] }")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = [{ enrol = ['totp'] }]"),
                Contains(HasSubstr("a group comes before anything is proved")));
    EXPECT_THAT(complaints_about_flows("[flow.manage-secrets]\nsteps = ['password', { enrol = ['password'] }]"),
                Contains(HasSubstr("\"password\" is in a group")));
}

// A thief of a password would set up a factor of their own in place of the owner's.
TEST(AFlow, ThatSetsAFactorUpAsksWhoHasOneForIt) {
    const std::string login = "[flow.login]\nsteps = ['password', { optional = 'totp' }]\n"
                              "[flow.change-password]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.first-login]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n";
    EXPECT_THAT(complaints_about_flows(login + "[flow.manage-secrets]\nsteps = ['password', { enrol = ['totp'] }]"),
                ElementsAre(AllOf(HasSubstr("flow.manage-secrets"), HasSubstr("proves less than flow.login"))));
    EXPECT_THAT(complaints_about_flows(login
                                       + "[flow.manage-secrets]\nsteps = ['password', { optional = 'totp' }, "
                                         "{ enrol = ['totp'] }]"),
                IsEmpty());
}

TEST(AFlow, HasGroupsOfPluginsStepsAfterAProof) {
    const std::string text = "[flow.login]\nsteps = ['password',\n { any = ['totp', 'sum'], at_least = 0 },\n"
                             " { optional = 'expiry' }]";
    Config config;
    Complaints none;
    apply(text, "f", config, none);
    EXPECT_THAT(none.lines(), IsEmpty());
    const Flow* flow = config.flow("login", "");
    ASSERT_NE(flow, nullptr);
    ASSERT_EQ(flow->items.size(), 3U);
    EXPECT_EQ(flow->items[1].steps.size(), 2U);
    EXPECT_EQ(flow->items[1].at_least, 0U);
    EXPECT_EQ(flow->items[2].at_least, 0U);
    EXPECT_THAT(complaints_about_flows(text),
                ElementsAre(AllOf(HasSubstr("f:4:2: "), HasSubstr("\"expiry\" is in a group"))));
    EXPECT_THAT(complaints_about_flows("flow.login.steps = [{ optional = 'sum' }, 'password', { any = ['totp'] }]"),
                Contains(HasSubstr("a group comes before anything is proved")));
}

TEST(AFlow, T20_ThatIsWeakerThanLoginNeedsAnExplicitWord) {
    const std::string strong = "[flow.login]\nsteps = ['password', 'totp']\n";
    const std::string first = "[flow.first-login]\nsteps = ['password', 'totp', 'new_password']\n"
                              "[flow.manage-secrets]\nsteps = ['password', 'totp', { enrol = ['totp'] }]\n";
    const std::string weak = "[flow.change-password]\nsteps = ['password', 'new_password']\n";
    EXPECT_THAT(complaints_about_flows(strong + first + weak),
                ElementsAre(AllOf(HasSubstr("f:7:1: flow.change-password: "), HasSubstr("accept_weaker_than_login"))));
    EXPECT_THAT(complaints_about_flows(strong + first + weak + "accept_weaker_than_login = true\n"), IsEmpty());
}

TEST(TheTableOfSteps, HasARowForEachPurposesLastStepAndAcceptsItThere) {
    for (const PurposeSpec& row : purposes) {
        if (row.end == FlowEnd::new_password) {
            EXPECT_NE(spec_of(StepKind::new_password).purposes & only(row.purpose), 0U) << row.name;
        }
        EXPECT_TRUE(row.end != FlowEnd::enrolment || row.enrols) << row.name;
        EXPECT_EQ(find_purpose(row.name), &row);
    }
    EXPECT_EQ(find_purpose("logout"), nullptr);
}

TEST(APlugin, IsNotCalledLikeTheStepInWhichAPersonPicksOne) {
    Config config;
    Complaints complaints;
    apply("[plugins.choice]\nkind = 'step'", "f", config, complaints);
    EXPECT_THAT(complaints.lines(), ElementsAre(HasSubstr("f:1:1: plugins.choice: accepted is")));
}

TEST(TheTableOfSteps, NamesWhatAFlowAcceptsAndWhatNoPluginIsCalled) {
    for (const StepSpec& row : builtin_steps) {
        EXPECT_EQ(step_named(row.name).kind, row.kind);
        EXPECT_EQ(proof_of(step_named(row.name), {}), row.proves);
        Config config;
        Complaints complaints;
        apply("[plugins." + std::string(row.name) + "]\nkind = 'step'", "f", config, complaints);
        EXPECT_THAT(complaints.lines(), ElementsAre(HasSubstr("not the name of a built-in step"))) << row.name;
    }
    EXPECT_EQ(step_named("totp").kind, StepKind::plugin);
}

TEST(AFlow, AcceptsEachBuiltInStepInThePurposesOfItsRowAlone) {
    for (const StepSpec& step : builtin_steps) {
        for (const PurposeSpec& purpose : purposes) {
            if (purpose.only_step) {
                continue; // no file has a flow for it
            }
            const bool takes_password = (spec_of(StepKind::password).purposes & only(purpose.purpose)) != 0;
            const std::string first = takes_password ? "password" : "totp";
            const std::string flow = "[flow." + std::string(purpose.name) + "]\nsteps = ['" + first + "', '"
                                     + (step.name == first ? "sum" : step.name) + "']";
            EXPECT_THAT(complaints_about_flows(flow),
                        (step.purposes & only(purpose.purpose)) != 0
                            ? testing::Not(Contains(HasSubstr("\" is accepted in ")))
                            : testing::Matcher<std::vector<std::string>>(Contains(HasSubstr("\" is accepted in "))))
                << step.name << " in " << purpose.name;
        }
    }
}

TEST(AFlow, OfAPurposeWithOneStepOfItsOwnStandsInNoFile) {
    int found = 0;
    for (const PurposeSpec& purpose : purposes) {
        if (purpose.only_step) {
            EXPECT_THAT(complaints_about_flows("[flow." + std::string(purpose.name) + "]\nsteps = ['password']"),
                        ElementsAre(HasSubstr("f:1:7: unknown key flow." + std::string(purpose.name))));
            ++found;
        }
    }
    EXPECT_GT(found, 0);
}

TEST(AFlow, BeginsARecoveryWithATicketAndEndsItInANewPassword) {
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['password']\n"
                                       "[flow.recover-password]\nsteps = ['ticket', 'new_password']"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows("[flow.recover-password]\nsteps = ['ticket_mail', 'ticket_sms', "
                                       "{ optional = 'totp' }, 'new_password']"),
                IsEmpty());
    EXPECT_THAT(complaints_about_flows("[flow.recover-password]\nsteps = ['ticket']"),
                Contains(HasSubstr("f:1:1: flow.recover-password: accepted is a flow that ends in \"new_password\"")));
    EXPECT_THAT(complaints_about_flows("[flow.recover-password]\nsteps = ['sum', 'new_password']"),
                Contains(HasSubstr("\"new_password\" comes before anything is proved")));
    EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['ticket']"),
                ElementsAre(HasSubstr("f:2:10: flow.login: \"ticket\" is accepted in flow.recover-password "
                                      "and flow.unlock")));
    EXPECT_THAT(complaints_about_flows("[flow.unlock]\nsteps = ['ticket']"), IsEmpty());
    EXPECT_THAT(complaints_about_flows("[flow.unlock]\nsteps = ['password']"),
                Contains(HasSubstr("f:2:10: flow.unlock: \"password\" is accepted in flow.login")));
    EXPECT_THAT(complaints_about_flows("[flow.unlock]\nsteps = ['ticket', 'new_password']"),
                Contains(HasSubstr("\"new_password\" is accepted in ")));
    EXPECT_THAT(complaints_about_flows("[flow.recover-password]\nsteps = ['password', { any = ['ticket_mail', "
                                       "'ticket_sms'] }, 'new_password']"),
                Contains(HasSubstr("\"ticket_mail\" is in a group; accepted there are steps of plugins")));
}

TEST(AFlow, T20_ThatRecoversByOneMethodNeedsTheExplicitWordWhereALoginAsksForTwo) {
    const std::string login = "[flow.login]\nsteps = ['password', { optional = 'totp' }]\n"
                              "[flow.change-password]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.first-login]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.manage-secrets]\nsteps = ['password', { optional = 'totp' }, "
                              "{ enrol = ['totp'] }]\n[flow.recover-password]\n";
    const auto weaker = ElementsAre(AllOf(HasSubstr("f:9:1: flow.recover-password: it proves less than flow.login")));
    for (const char* steps : {"'ticket'", "'ticket_mail'", "'ticket_sms'", "'totp'", "'ticket', { any = ['sum'] }"}) {
        EXPECT_THAT(complaints_about_flows(login + "steps = [" + steps + ", 'new_password']"), weaker) << steps;
        EXPECT_THAT(complaints_about_flows(login + "steps = [" + steps + ", 'new_password']\n"
                                           + "accept_weaker_than_login = true"),
                    IsEmpty())
            << steps;
    }
    for (const char* steps : {"'ticket', { optional = 'totp' }", "'ticket_mail', 'ticket_sms'", "'totp', 'ticket'"}) {
        EXPECT_THAT(complaints_about_flows(login + "steps = [" + steps + ", 'new_password']"), IsEmpty()) << steps;
    }
}

const std::map<std::string, PluginInstance> named_plugins{
    {"totp", {.proves = Proof::possession}},
    {"key", {.proves = Proof::possession}},
    {"question", {.proves = Proof::knowledge}},
    {"saved", {.proves = Proof::of(Method::saved_code)}},
    {"message", {.proves = Proof::of(Method::mailbox) | Proof::of(Method::telephone)}},
    {"sum", {.proves = Proof::challenge}}};

unsigned strength_of(const std::vector<std::string>& steps) {
    return strength(flow_of_steps("login", steps), named_plugins);
}

FlowItem any_of(const std::vector<std::string>& names, std::size_t at_least) {
    FlowItem item;
    for (const std::string& name : names) {
        item.steps.push_back(step_named(name));
    }
    item.at_least = at_least;
    return item;
}

unsigned strength_with(const std::vector<std::string>& steps, const FlowItem& group) {
    Flow flow = flow_of_steps("login", steps);
    flow.items.push_back(group);
    return strength(flow, named_plugins);
}

TEST(AFlowsStrength, CountsDifferentKindsOfProof) {
    EXPECT_EQ(strength_of({}), 0U);
    EXPECT_EQ(strength_of({"password"}), 1U);
    EXPECT_EQ(strength_of({"totp"}), 1U);
    EXPECT_EQ(strength_of({"password", "totp"}), 2U);
    EXPECT_EQ(strength_of({"totp", "password", "key", "question"}), 2U);
}

TEST(AFlowsStrength, IsNotRaisedByTwoOfAKindByChallengesOrByWhatAsksNothing) {
    EXPECT_EQ(strength_of({"password", "question"}), 1U);
    EXPECT_EQ(strength_of({"totp", "key"}), 1U);
    EXPECT_EQ(strength_of({"sum"}), 0U);
    EXPECT_EQ(strength_of({"sum", "password", "expiry", "authorisation", "new_password"}), 1U);
    EXPECT_EQ(strength_of({"no_such_plugin"}), 0U);
}

TEST(AFlowsStrength, CountsMethodsAndNoQuestionBesideAnother) {
    EXPECT_EQ(strength_of({"question"}), 1U);
    EXPECT_EQ(strength_of({"question", "password"}), 1U);
    EXPECT_EQ(strength_of({"ticket"}), 1U);
    EXPECT_EQ(strength_of({"ticket_mail"}), 1U);
    EXPECT_EQ(strength_of({"ticket", "question"}), 1U);
    EXPECT_EQ(strength_of({"ticket_mail", "ticket_sms"}), 2U) << "a mailbox and a telephone";
    EXPECT_EQ(strength_of({"ticket_mail", "totp"}), 2U);
    EXPECT_EQ(strength_of({"ticket_sms", "saved"}), 2U);
    EXPECT_EQ(strength_of({"totp", "saved"}), 2U);
    EXPECT_EQ(strength_of({"ticket", "saved", "question"}), 2U);
    EXPECT_EQ(strength(Proof::of(Method::person)), 1U);
    EXPECT_EQ(strength(Proof::of(Method::person) | Proof::of(Method::question)), 1U);
}

// Who may choose takes the mailbox twice.
TEST(AFlowsStrength, CountsAStepWithTwoMethodsAsTheOneThatAddsNothing) {
    EXPECT_EQ(strength_of({"ticket", "message"}), 1U);
    EXPECT_EQ(strength_of({"ticket_mail", "message"}), 1U);
    EXPECT_EQ(strength_of({"ticket_mail", "message", "ticket_sms"}), 2U);
    EXPECT_EQ(strength_of({"password", "message"}), 2U);
}

TEST(AFlowsStrength, IsThatOfTheWeakestWayThroughIt) {
    EXPECT_EQ(strength_with({"password"}, any_of({"totp"}, 0)), 1U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "key"}, 1)), 2U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "question"}, 1)), 1U);
    EXPECT_EQ(strength_with({"password"}, any_of({"totp", "question"}, 2)), 2U);
    EXPECT_EQ(strength_with({}, any_of({"totp", "question", "sum"}, 2)), 1U);
    EXPECT_EQ(strength_with({}, any_of({"totp", "sum"}, 1)), 0U);
}

TEST(AFlowsStrength, T20_ComparesEveryFlowThatSetsASecretWithLogin) {
    Config config;
    EXPECT_TRUE(weaker_than_login(config).empty());
    config.plugins["totp"] = {.proves = Proof::possession};
    config.flows.front() = flow_of_steps("login", {"password", "totp"});
    std::vector<std::string> purposes;
    for (const Flow* flow : weaker_than_login(config)) {
        purposes.push_back(flow->purpose);
    }
    EXPECT_EQ(purposes, (std::vector<std::string>{"change-password", "first-login", "manage-secrets"}));
}

TEST(AProfilesWayBack, T20_IsNotOfferedWhereTheSitesOwnLoginAsksForMore) {
    const auto assembled = [](const std::string& site, Complaints& complaints) {
        Sources sources;
        sources.profile = {"profile", "flow.login.steps = ['password']\n"
                                      "flow.recover-password.steps = ['ticket', 'new_password']\n"
                                      "flow.change-password.steps = ['password', 'totp', 'new_password']\n"
                                      "flow.first-login.steps = ['password', 'totp', 'new_password']\n"
                                      "flow.manage-secrets.steps = ['password', 'totp', { enrol = ['totp'] }]\n"
                                          + std::string(two_plugins)};
        sources.files = {{"site", site}};
        return assemble(sources, complaints);
    };
    Complaints none;
    const Config as_it_is = assembled("", none);
    EXPECT_NE(as_it_is.flow("recover-password", "login"), nullptr);
    EXPECT_FALSE(as_it_is.withholds_recovery);
    const Config stricter = assembled("flow.login.steps = ['password', 'totp']", none);
    EXPECT_EQ(stricter.flow("recover-password", "login"), nullptr);
    EXPECT_TRUE(stricter.withholds_recovery);
    EXPECT_THAT(none.lines(), IsEmpty()) << "the site wrote nothing wrong";
    Complaints own;
    (void)assembled("flow.login.steps = ['password', 'totp']\nflow.recover-password.steps = ['ticket', 'new_password']",
                    own);
    EXPECT_THAT(own.lines(), ElementsAre(HasSubstr("site:2:"))) << "what the site wrote is refused";
}

TEST(AFlow, ChangesAnAddressAtItsEndBehindAProofAndForThatPurposeAlone) {
    for (const char* step : {"new_address", "new_mail", "new_phone"}) {
        EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['password']\n[flow.change-address]\n"
                                           "steps = ['password', '"
                                           + std::string(step) + "']"),
                    IsEmpty())
            << step;
        EXPECT_THAT(complaints_about_flows("[flow.change-address]\nsteps = ['" + std::string(step) + "']"),
                    Contains(HasSubstr("comes before anything is proved")))
            << step;
        EXPECT_THAT(complaints_about_flows("[flow.login]\nsteps = ['password', '" + std::string(step) + "']"),
                    Contains(HasSubstr("is accepted in flow.change-address")))
            << step;
    }
    for (const char* steps : {"'password'", "'password', { optional = 'totp' }", "'password', 'new_mail', 'expiry'"}) {
        EXPECT_THAT(complaints_about_flows("[flow.change-address]\nsteps = [" + std::string(steps) + "]"),
                    Contains(HasSubstr("flow.change-address: accepted is a flow that ends in \"new_address\"")))
            << steps;
    }
}

TEST(AFlow, ThatChangesAnAddressAsksTheFactorThatALoginAsks) {
    const std::string login = "[flow.login]\nsteps = ['password', { optional = 'totp' }]\n"
                              "[flow.change-password]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.first-login]\nsteps = ['password', { optional = 'totp' }, 'new_password']\n"
                              "[flow.manage-secrets]\nsteps = ['password', { optional = 'totp' }, "
                              "{ enrol = ['totp'] }]\n[flow.change-address]\n";
    const std::string weak = login + "steps = ['password', 'new_address']\n";
    EXPECT_THAT(complaints_about_flows(weak),
                ElementsAre(HasSubstr("f:9:1: flow.change-address: it proves less than flow.login")));
    EXPECT_THAT(complaints_about_flows(weak + "accept_weaker_than_login = true"), IsEmpty());
    EXPECT_THAT(complaints_about_flows(login + "steps = ['password', { optional = 'totp' }, 'new_address']"),
                IsEmpty());
}

TEST(AProfilesWayToAnotherAddress, IsNotOfferedWhereTheSitesOwnLoginAsksForMoreAndIsNoWayBack) {
    const auto assembled = [](const std::string& site, Complaints& complaints) {
        Sources sources;
        sources.profile = {"profile", "flow.login.steps = ['password']\n"
                                      "flow.change-address.steps = ['password', 'new_address']\n"
                                      "flow.change-password.steps = ['password', 'totp', 'new_password']\n"
                                      "flow.first-login.steps = ['password', 'totp', 'new_password']\n"
                                      "flow.manage-secrets.steps = ['password', 'totp', { enrol = ['totp'] }]\n"
                                          + std::string(two_plugins)};
        sources.files = {{"site", site}};
        return assemble(sources, complaints);
    };
    Complaints none;
    EXPECT_NE(assembled("", none).flow("change-address", "login"), nullptr);
    const Config stricter = assembled("flow.login.steps = ['password', 'totp']", none);
    EXPECT_EQ(stricter.flow("change-address", "login"), nullptr);
    EXPECT_FALSE(stricter.withholds_recovery) << "nobody's way back in was taken away";
    EXPECT_THAT(none.lines(), IsEmpty()) << "the site wrote nothing wrong";
    Complaints own;
    (void)assembled("flow.login.steps = ['password', 'totp']\nflow.change-address.steps = ['password', 'new_address']",
                    own);
    EXPECT_THAT(own.lines(), ElementsAre(HasSubstr("site:2:"))) << "what the site wrote is refused";
}

} // namespace
} // namespace loquet::config
