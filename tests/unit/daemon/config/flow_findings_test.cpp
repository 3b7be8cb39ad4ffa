// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"
#include "daemon/config/flow_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace loquet::config {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr CodeLives usual_lives{.mail = 60min, .sms = 10min};

/// Ids of what the named flow goes against, with a channel for each medium unless `text` says otherwise.
std::vector<std::string> findings_in(const std::string& text, const std::string& purpose,
                                     const std::string& service = {}, const CodeLives& lives = usual_lives) {
    Config config;
    Complaints complaints;
    apply(
        "[plugins.smtp]\nkind = 'channel'\n[plugins.gateway]\nkind = 'channel'\n[outbox]\nmail = ['smtp']\n"
        "sms = ['gateway']\n[plugins.question]\nkind = 'step'\nproves = 'question'\n[plugins.message]\nkind = 'step'\n"
        "proves = ['mailbox', 'telephone']\n[plugins.text]\nkind = 'step'\nproves = 'telephone'\n[plugins.letter]\n"
        "kind = 'step'\nproves = 'mailbox'\n",
        "plugins", config, complaints);
    apply(text, "f", config, complaints);
    check(config, complaints);
    EXPECT_THAT(complaints.lines(), IsEmpty()) << text;
    const Flow* flow = config.flow(purpose, service);
    std::vector<std::string> ids;
    if (flow == nullptr || flow->service != service) {
        ADD_FAILURE() << "no flow " << purpose << ' ' << service;
        return ids;
    }
    for (const FlowRule& rule : findings(*flow, config, lives)) {
        ids.emplace_back(rule.id);
    }
    return ids;
}

std::string steps_of(const std::string& flow, const std::string& steps) {
    return "[flow." + flow + "]\nsteps = [" + steps + "]\n";
}

constexpr const char* factors = "'password', { any = ['totp', 'recovery_codes'], at_least = 1 }";

/// Two methods for everybody, everywhere.
std::string two_methods() {
    const std::string both = factors;
    return steps_of("login", both + ", 'expiry', 'authorisation'")
           + steps_of("change-password", both + ", 'new_password'") + steps_of("first-login", both + ", 'new_password'")
           + steps_of("manage-secrets", both + ", { enrol = ['totp'] }");
}

/// A login by a password alone.
std::string one_method() {
    return steps_of("login", "'password', 'expiry'") + steps_of("change-password", "'password', 'new_password'")
           + steps_of("first-login", "'password', 'new_password'")
           + steps_of("manage-secrets", "'password', { enrol = ['totp'] }");
}

struct Example {
    const char* rule;
    std::string against;
    std::string silent;
    const char* purpose;
    const char* service = "";
    CodeLives lives_against = usual_lives;
};

std::vector<Example> examples() {
    const std::string accepted = "accept_weaker_than_login = true\n";
    const std::string two = two_methods();
    const std::string recovery = "recover-password";
    return {
        {"question", steps_of("unlock-screen", "'question'"), steps_of("unlock-screen", "'password'"), "unlock-screen"},
        {"one-method", "", two, "login"},
        {"weaker-login", two + steps_of("login.service.sudo", "'password'"),
         two + steps_of("login.service.sudo", "'password', 'totp'"), "login", "sudo"},
        {"mail-as-factor", steps_of("unlock-screen", "'letter'"), steps_of("unlock-screen", "'text'"), "unlock-screen"},
        {"sms", steps_of(recovery, "'ticket', { optional = 'totp' }, 'new_password'"),
         steps_of(recovery, "'ticket_mail', { optional = 'totp' }, 'new_password'"), "recover-password"},
        {"sms-alone", steps_of("unlock-screen", "'password', { any = ['text', 'letter', 'question'] }"),
         steps_of("unlock-screen", "'password', { any = ['text', 'totp'] }"), "unlock-screen"},
        {"recovery-by-less", steps_of(recovery, "'ticket', 'new_password'") + accepted,
         one_method() + steps_of(recovery, "'ticket', 'new_password'"), "recover-password"},
        {"two-sent-codes", steps_of(recovery, "'ticket_mail', 'ticket_sms', 'new_password'"),
         steps_of(recovery, "'ticket_mail', { optional = 'totp' }, 'new_password'"), "recover-password"},
        {"recovery-at-a-trusted-place",
         steps_of(recovery, "'ticket', { optional = 'totp', trust_place_days = 1 }, 'new_password'"),
         steps_of(recovery, "'ticket', { optional = 'totp' }, 'new_password'"), "recover-password"},
        {"minutes-by-mail", steps_of(recovery, "'ticket', { optional = 'totp' }, 'new_password'"),
         steps_of(recovery, "'ticket_sms', { optional = 'totp' }, 'new_password'"), "recover-password"},
        {"life-of-codes",
         steps_of(recovery, "'ticket_mail', { optional = 'totp' }, 'new_password'"),
         steps_of(recovery, "'ticket_sms', { optional = 'totp' }, 'new_password'"),
         "recover-password",
         "",
         {.mail = 24h + 1ms, .sms = 10min}},
        {"change-after-less", two + steps_of("change-password.service.passwd", "'password', 'new_password'") + accepted,
         two + steps_of("change-password.service.passwd", "'password', 'totp', 'new_password'"), "change-password",
         "passwd"},
        {"expiry", "password.expires_after_days = 90\n", "", "login"},
        {"no-password-rules", "password.rules = ''\n", "", "change-password"},
        {"no-notice", "[outbox]\nmail = []\nsms = []\n", "[outbox]\nmail = []\n", "change-password"},
        {"disclosure", "disclose = ['locked']\n", "", "login"},
    };
}

TEST(AFlowRule, FiresWhereTheConfigurationGoesAgainstItAndIsSilentElsewhere) {
    for (const Example& example : examples()) {
        EXPECT_THAT(findings_in(example.against, example.purpose, example.service, example.lives_against),
                    Contains(example.rule));
        EXPECT_THAT(findings_in(example.silent, example.purpose, example.service, example.lives_against),
                    Not(Contains(example.rule)))
            << example.rule;
    }
}

TEST(AFlowRule, HasAnExampleAClauseAFindingAndWhatToChange) {
    const std::vector<Example> shown = examples();
    const std::vector<FlowRule> rules = flow_rules();
    EXPECT_EQ(rules.size(), shown.size());
    for (const FlowRule& rule : rules) {
        EXPECT_EQ(std::count_if(shown.begin(), shown.end(), [&](const Example& each) { return rule.id == each.rule; }),
                  1)
            << rule.id;
        EXPECT_FALSE(rule.clauses.empty()) << rule.id;
        EXPECT_TRUE(rule.finding.ends_with('.')) << rule.id;
        EXPECT_TRUE(rule.change.ends_with('.')) << rule.id;
    }
}

TEST(AFlowRule, OfOneMethodIsThatOfLoginsAndNotOfAScreenThatIsUnlocked) {
    EXPECT_THAT(findings_in(two_methods() + steps_of("unlock-screen", "'password'"), "unlock-screen"), IsEmpty());
    EXPECT_THAT(findings_in(one_method(), "login"), testing::ElementsAre("one-method"));
    EXPECT_THAT(findings_in(one_method(), "change-password"), IsEmpty());
    EXPECT_THAT(findings_in(one_method() + steps_of("login.service.sudo", "'password', 'expiry'"), "login", "sudo"),
                testing::ElementsAre("one-method"));
}

TEST(AFlowRule, OfMailAsAFactorIsNotThatOfARecovery) {
    EXPECT_THAT(
        findings_in(one_method() + steps_of("recover-password", "'ticket_mail', 'new_password'"), "recover-password"),
        testing::ElementsAre("minutes-by-mail"));
    EXPECT_THAT(
        findings_in(one_method() + steps_of("recover-password", "'letter', 'new_password'"), "recover-password"),
        IsEmpty());
}

TEST(AFlowRule, OfTwoSentCodesAsksWhetherALoginWantsTwoMethods) {
    const std::string both = steps_of("recover-password", "'ticket_mail', 'ticket_sms', 'new_password'");
    EXPECT_THAT(findings_in(two_methods() + both, "recover-password"), Contains("two-sent-codes"));
    EXPECT_THAT(findings_in(one_method() + both, "recover-password"), Not(Contains("two-sent-codes")));
    // A question beside them is no other method; a factor is.
    EXPECT_THAT(
        findings_in(two_methods()
                        + steps_of("recover-password", "'ticket_mail', 'ticket_sms', 'question', 'new_password'"),
                    "recover-password"),
        Contains("two-sent-codes"));
    EXPECT_THAT(
        findings_in(two_methods() + steps_of("recover-password", "'ticket_mail', 'ticket_sms', 'totp', 'new_password'"),
                    "recover-password"),
        Not(Contains("two-sent-codes")));
}

TEST(AFlowRule, CountsATrustedPlaceAsLessThanALogin) {
    const std::string trusting =
        "'password', { any = ['totp', 'recovery_codes'], at_least = 0, trust_place_days = 30 }";
    EXPECT_THAT(findings_in(steps_of("change-password", trusting + ", 'new_password'"), "change-password"),
                testing::ElementsAre("change-after-less"));
    EXPECT_THAT(findings_in(steps_of("login", trusting + ", 'expiry'"), "login"), Not(Contains("change-after-less")));
}

TEST(AFlowRule, OfTheLifeOfCodesHoldsAtItsLimitAndNotOneBeyond) {
    const std::string both = one_method() + steps_of("recover-password", "'ticket', 'new_password'");
    const auto found = [&](CodeLives lives) { return findings_in(both, "recover-password", "", lives); };
    EXPECT_THAT(found({.mail = 10min, .sms = 10min}), testing::ElementsAre("sms"));
    EXPECT_THAT(found({.mail = 10min + 1ms, .sms = 10min}), testing::ElementsAre("sms", "minutes-by-mail"));
    EXPECT_THAT(found({.mail = 24h, .sms = 10min}), testing::ElementsAre("sms", "minutes-by-mail"));
    EXPECT_THAT(found({.mail = 24h + 1ms, .sms = 10min}),
                testing::ElementsAre("sms", "minutes-by-mail", "life-of-codes"));
    EXPECT_THAT(found({.mail = 10min, .sms = 10min + 1ms}), testing::ElementsAre("sms", "life-of-codes"));
}

TEST(AFlowRule, LooksAtWhatIsAskedAndNotAtWhatIsSetUp) {
    const std::string enrols =
        steps_of("first-login", "'password', { optional = 'totp' }, { enrol = ['text'], at_least "
                                "= 0 }, 'new_password'");
    EXPECT_THAT(findings_in(enrols, "first-login"), IsEmpty());
}

} // namespace
} // namespace loquet::config
