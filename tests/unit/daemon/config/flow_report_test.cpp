// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"
#include "daemon/config/flow_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace loquet::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* methods_at_hand = "[plugins.smtp]\nkind = 'channel'\n[plugins.text]\nkind = 'step'\n"
                                        "proves = 'telephone'\n[plugins.question]\nkind = 'step'\nproves = 'question'\n"
                                        "[plugins.sum]\nkind = 'step'\n[outbox]\nmail = ['smtp']\n";

FlowReport report_of(const std::string& text, const std::string& purpose, const std::string& service = {}) {
    Config config;
    Complaints complaints;
    apply(methods_at_hand, "plugins", config, complaints);
    apply(text, "f", config, complaints);
    check(config, complaints);
    EXPECT_THAT(complaints.lines(), IsEmpty()) << text;
    return report_of(*config.flow(purpose, service), config, {.mail = 60min, .sms = 10min});
}

std::string recovery(const std::string& steps, const std::string& more = "") {
    return "[flow.recover-password]\nsteps = [" + steps + "]\n" + more;
}

constexpr const char* accepted = "accept_weaker_than_login = true\n";
constexpr const char* password_alone =
    "[flow.login]\nsteps = ['password']\n[flow.change-password]\nsteps = ['password', "
    "'new_password']\n[flow.first-login]\nsteps = ['password', 'new_password']\n"
    "[flow.manage-secrets]\nsteps = ['password', { enrol = ['totp'] }]\n";

TEST(AFlowReport, SaysOfALoginWhatItAsks) {
    EXPECT_EQ(report_of("", "login").verdict, "the login: one method, and two methods from people with factors");
    EXPECT_EQ(report_of(password_alone, "login").verdict, "the login: one method");
    EXPECT_FALSE(report_of("", "login").weaker);
}

TEST(AFlowReport, SaysByWhatAFlowIsWeakerAndForWhom) {
    EXPECT_EQ(report_of(recovery("'ticket_mail', 'new_password'", accepted), "recover-password").verdict,
              "weaker than login for people with factors: mailbox alone, accepted by accept_weaker_than_login");
    EXPECT_EQ(report_of(recovery("'ticket', 'question', 'new_password'", accepted), "recover-password").verdict,
              "weaker than login for people with factors: question and mailbox or question and telephone alone, "
              "accepted by accept_weaker_than_login");
    EXPECT_EQ(report_of("[flow.login]\nsteps = ['password', 'totp']\n[flow.change-password]\nsteps = ['password', "
                        "'totp', 'new_password']\n[flow.first-login]\nsteps = ['password', 'totp', 'new_password']\n"
                        "[flow.manage-secrets]\nsteps = ['password', 'totp', { enrol = ['totp'] }]\n"
                            + recovery("'ticket', 'new_password'", accepted),
                        "recover-password")
                  .verdict,
              "weaker than login: mailbox or telephone alone, accepted by accept_weaker_than_login");
    const FlowReport sudo = report_of("[flow.login.service.sudo]\nsteps = ['password']\n", "login", "sudo");
    EXPECT_EQ(sudo.verdict, "weaker than login for people with factors: password alone");
    EXPECT_TRUE(sudo.weaker);
    EXPECT_FALSE(sudo.accepted);
    EXPECT_EQ(sudo.name, "login.service.sudo");
}

TEST(AFlowReport, SaysThatAScreenIsUnlockedByLessForAnOpenSession) {
    EXPECT_EQ(report_of("", "unlock-screen").verdict,
              "weaker than login for people with factors: password alone, for a session that is open already");
}

TEST(AFlowReport, SaysThatAnUnlockByLessLetsNobodyIn) {
    EXPECT_EQ(report_of("[flow.unlock]\nsteps = ['ticket_mail']\n", "unlock").verdict,
              "weaker than login for people with factors: mailbox alone, which ends a lock and lets nobody in");
}

TEST(AFlowReport, SaysOfAFlowThatItIsAsStrongAsTheLogin) {
    EXPECT_EQ(report_of("", "change-password").verdict, "as strong as login");
    EXPECT_EQ(report_of(password_alone + recovery("'ticket', 'new_password'"), "recover-password").verdict,
              "as strong as login");
    EXPECT_EQ(report_of(recovery("'ticket_mail', 'ticket_sms', 'new_password'"), "recover-password").verdict,
              "at least as strong as login");
    EXPECT_EQ(
        report_of(password_alone + recovery("'ticket_mail', 'ticket_sms', 'new_password'"), "recover-password").verdict,
        "stronger than login");
}

TEST(AFlowReport, PutsItsStepsInWordsWithTheirMethods) {
    const FlowReport report = report_of(
        "[flow.login]\nsteps = ['sum', 'password', { any = ['totp', 'text', 'recovery_codes'], at_least = 2 }, "
        "{ optional = 'question' }, 'expiry', 'authorisation']\n[flow.change-password]\nsteps = ['password', "
        "{ any = ['totp', 'text'], at_least = 1, trust_place_days = 30 }, 'new_password']\n"
        "[flow.first-login]\nsteps = ['password', 'totp', 'new_password']\n"
        "[flow.manage-secrets]\nsteps = ['password', 'totp', { enrol = ['totp', 'text'], at_least = 0 }]\n",
        "login");
    std::vector<std::string> words;
    std::vector<std::vector<std::string>> proves;
    for (const FlowReport::Item& item : report.items) {
        words.push_back(item.words);
        proves.push_back(item.proves);
    }
    EXPECT_THAT(words, ElementsAre("sum", "password", "2 of totp, text, recovery_codes",
                                   "question, from people who have set it up", HasSubstr("expiry: asks nothing"),
                                   HasSubstr("authorisation: asks nothing")));
    EXPECT_THAT(proves,
                ElementsAre(IsEmpty(), ElementsAre("password"), ElementsAre("telephone", "device", "saved-code"),
                            ElementsAre("question"), IsEmpty(), IsEmpty()));
    EXPECT_EQ(report.in_short, "sum, password, 2 of (totp, text, recovery_codes), [question], expiry, authorisation");
}

TEST(AFlowReport, PutsGroupsThatTrustAPlaceOrSetAFactorUpInWords) {
    const std::string text = "[flow.change-password]\nsteps = ['password', { any = ['totp', 'text'], at_least = 0, "
                             "trust_place_days = 30 }, 'new_password']\n"
                             "[flow.first-login]\nsteps = ['password', { any = ['totp', 'text'], at_least = 0 }, "
                             "{ enrol = ['totp', 'text'], at_least = 0 }, 'new_password']\n";
    const FlowReport change = report_of(text, "change-password");
    EXPECT_EQ(change.items[1].words,
              "one of totp, text, from people who have set one up; not again at the same place for 30 days");
    EXPECT_EQ(change.in_short, "password, [totp or text], new_password");
    const FlowReport first = report_of(text, "first-login");
    EXPECT_EQ(first.items[2].words, "sets up one of totp, text, or none");
    EXPECT_THAT(first.items[2].proves, IsEmpty()) << "what is set up just now proves nothing";
    EXPECT_EQ(first.in_short, "password, [totp or text], [set up totp or text], new_password");
    EXPECT_EQ(report_of("", "manage-secrets").items[2].words, "sets up one of totp, recovery_codes");
}

TEST(AFlowReport, NotesThatOneStolenTelephoneMayHoldBoth) {
    const auto notes = [](const std::string& steps) {
        return report_of(recovery(steps + ", 'new_password'", accepted), "recover-password").notes;
    };
    const auto both = Contains(HasSubstr("one stolen telephone may hold both"));
    EXPECT_THAT(notes("'ticket_mail', 'ticket_sms'"), both);
    EXPECT_THAT(notes("'ticket_mail', 'question', 'text'"), both);
    EXPECT_THAT(notes("'ticket', { any = ['totp', 'text'], at_least = 0 }"), both);
    EXPECT_THAT(notes("'ticket', { optional = 'totp' }"), Not(both));
    EXPECT_THAT(notes("'ticket_mail', 'ticket_sms', 'totp'"), Not(both)) << "a device stands beside them";
}

TEST(AFlowReport, NotesWhereARecoveryBeginsAndThatItsCodeIsSent) {
    const auto notes = [](const std::string& steps, const std::string& more = "") {
        return report_of(more + recovery(steps + ", { optional = 'totp' }, 'new_password'"), "recover-password").notes;
    };
    EXPECT_THAT(notes("'ticket'"), ElementsAre("It can be begun at login, lightdm, greetd."));
    EXPECT_THAT(notes("'ticket_mail'", "self_service.services = []\n"),
                ElementsAre("Nobody can begin it: [self_service] names no PAM service."));
    EXPECT_THAT(notes("'ticket_sms'"), Contains(HasSubstr("No channel sends its messages")));
    EXPECT_THAT(notes("'ticket'", "outbox.mail = []\n"), Contains(HasSubstr("No channel sends its messages")));
    EXPECT_THAT(report_of("", "change-password").notes, IsEmpty());
}

TEST(AFlowReport, NotesAnAcceptanceThatIsNotNeeded) {
    EXPECT_THAT(
        report_of(recovery("'ticket', { optional = 'totp' }, 'new_password'", accepted), "recover-password").notes,
        Contains("accept_weaker_than_login is not needed here."));
    EXPECT_THAT(report_of(recovery("'ticket', 'new_password'", accepted), "recover-password").notes,
                Not(Contains(HasSubstr("not needed"))));
}

TEST(AFlowReport, IsOneLineOfJson) {
    const std::string line = json_of(
        report_of("[flow.login.service.\"a\\u001b\\n\\u202e\"]\nsteps = ['password']\n", "login", "a\x1b\n\u202e"));
    EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
    EXPECT_THAT(line, testing::StartsWith("{\"name\":\"login.service.a\\u001b\\n\\u202e\",\"purpose\":\"login\","));
    EXPECT_THAT(line, HasSubstr("\"strength\":{\"without_factors\":1,\"with_factors\":1},"
                                "\"login\":{\"without_factors\":1,\"with_factors\":2}"));
    EXPECT_THAT(line, HasSubstr("{\"rule\":\"weaker-login\",\"clauses\":[\"ASVS 5.0, 6.3.4 (level 2)\"],"));
}

} // namespace
} // namespace loquet::config
