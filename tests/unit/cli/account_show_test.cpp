// SPDX-License-Identifier: LGPL-2.1-or-later
// "account show": one screen of 24 lines and 80 columns for whom somebody calls, a verdict first.
#include "cli/output.h"
#include "cli/value.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint64_t monday = 1'007'366'400'000'000; ///< 2001-12-03 08:00:00 UTC

/// Writes one row of a list in an a{sv}.
using Row = std::vector<std::pair<const char*, std::variant<std::string, std::uint64_t, bool>>>;

void write_row(bus::Writer& writer, const Row& row) {
    for (const auto& [key, value] : row) {
        std::visit([&writer, key = key](const auto& each) { writer.entry(key, each); }, value);
    }
}

class AnAccountOnTheTelephone : public testing::Test {
protected:
    AnAccountOnTheTelephone() {
        service_.has_alice();
        service_.on("GetAll", [this](bus::Call& call) {
            call.reply([&](bus::Writer& writer) { writer.dictionary([&] { write_properties(writer); }); });
        });
        service_.on("Describe", [this](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                writer.dictionary([&] {
                    write_row(writer, told_);
                    writer.entry("recovery_media", "as", [&] { writer.texts({"mail", "sms"}); });
                    for (const auto& [key, rows] : lists_) {
                        writer.entry(key, "aa{sv}", [&writer, &rows = rows] {
                            writer.array("a{sv}", [&] {
                                for (const Row& row : rows) {
                                    writer.dictionary([&] { write_row(writer, row); });
                                }
                            });
                        });
                    }
                });
            });
        });
    }
    void write_properties(bus::Writer& writer) const {
        writer.entry("Name", std::string("alice"));
        writer.entry("UID", std::uint32_t{30000});
        writer.entry("DisplayName", std::string("Zoé \x1b[31m"));
        writer.entry("PasswordSet", true);
        writer.entry("LastLogin", monday);
        writer.entry("LockedUntil", std::uint64_t{0});
        writer.entry("RecoveryLockedUntil", std::uint64_t{UINT64_MAX});
        writer.entry("MailMasked", std::string("a***@e***.org"));
        writer.entry("MailConfirmed", monday);
        writer.entry("PhoneMasked", std::string("+33*******78"));
        writer.entry("Authorisations", "as", [&] { writer.texts({"*"}); });
        writer.entry("Factors", "as", [&] { writer.texts({"password", "totp"}); });
        writer.entry("FromTheFuture", "(ss)", [&] { writer.structure("ss", [&] { writer.text("a").text("b"); }); });
    }
    [[nodiscard]] std::string shown() {
        const tests::Outcome outcome = service_.run({"account", "show", "alice"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
        return outcome.output;
    }
    [[nodiscard]] static std::vector<std::string> lines_of(const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    FakeService service_;
    Row told_{{"login", "open"}, {"recovery", "open"}, {"login_asks", "password, [totp]"}};
    std::map<const char*, std::vector<Row>> lists_;
};

TEST_F(AnAccountOnTheTelephone, BeginsWithTheVerdictAndWhatToDo) {
    EXPECT_THAT(shown(), StartsWith("alice can log in here.\n\"Forgotten password\" at the prompt works now.\n\n"));
    told_ = {{"login", "failures"}, {"login_until", monday}, {"reason", "too-many-failures"}, {"recovery", "open"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: locked by failures until 2001-12-03 08:00.\n"
                                    "too-many-failures.\n"
                                    "\"Forgotten password\" at the prompt works now.\n"
                                    "'loquetctl account unlock alice' ends the lock.\n"));
    told_ = {{"login", "failures"},
             {"login_until", std::uint64_t{UINT64_MAX}},
             {"reason", "too-many-failures-in-a-row"},
             {"known_places", true},
             {"recovery", "no-address"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: locked by failures until somebody unlocks it.\n"
                                    "too-many-failures-in-a-row; not where its owner usually logs in.\n"
                                    "'loquetctl account unlock alice' ends the lock.\n"));
    told_ = {{"login", "locked"}, {"reason", "on \x1b[31mleave"}, {"recovery", "not-active"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: locked by the helpdesk (on \\x1b[31mleave).\n"
                                    "'loquetctl account unlock alice' ends the lock.\n"));
    told_ = {{"login", "disabled"}, {"recovery", "not-active"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: disabled by an administrator.\nAn administrator has to"));
    told_ = {{"login", "no-password"}, {"recovery", "no-flow"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: the account has no password.\nAn administrator gives it one: "
                                    "'loquetctl passwd alice'.\n"));
    told_ = {{"login", "no-service"}, {"recovery", "open"}};
    EXPECT_THAT(shown(), StartsWith("alice cannot log in: the account may use no service.\n"));
    told_ = {{"login", "change"}, {"place_locked_until", monday}, {"recovery", "no-flow"}};
    EXPECT_THAT(shown(), StartsWith("alice can log in here, and has to choose a new password then.\n"
                                    "At one place it is locked by failures until 2001-12-03 08:00.\n"
                                    "'loquetctl account unlock alice' ends the lock.\n"));
}

TEST_F(AnAccountOnTheTelephone, SaysWhichAddressesAreConfirmedAndWhatToDo) {
    EXPECT_THAT(shown(), HasSubstr("\nMail       a***@e***.org, confirmed 2001-12-03 08:00\n"
                                   "Phone      +33*******78, not confirmed: 'loquetctl account confirm alice'\n"
                                   "Recovery   open: a code by mail or sms\n"));
}

TEST_F(AnAccountOnTheTelephone, IsSafeOnATerminal) {
    EXPECT_THAT(shown(), HasSubstr("alice, Zoé \\x1b[31m, UID 30000, last login 2001-12-03 08:00\n"));
    EXPECT_THAT(shown(), Not(HasSubstr("\x1b")));
}

TEST_F(AnAccountOnTheTelephone, ListsLiveCodesWithoutTheCode) {
    lists_["tickets"] = {{{"type", "recover"},
                          {"medium", "mail"},
                          {"destination", "a***@e***.org"},
                          {"state", "waiting"},
                          {"until", monday}},
                         {{"type", "recover"}, {"medium", ""}, {"state", "opened"}, {"opened", monday}},
                         {{"type", "recover"}, {"medium", "sms"}, {"state", "used"}}};
    EXPECT_THAT(shown(), HasSubstr("\nCodes      recover until 2001-12-03 08:00, by mail t…: in place of the password\n"
                                   "           recover typed 2001-12-03 08:00, read out: it still goes on\n"
                                   "Messages   none\n"));
}

TEST_F(AnAccountOnTheTelephone, SaysWhatBecameOfTheLastMessages) {
    lists_["messages"] = {{{"number", std::uint64_t{12}},
                           {"created", monday},
                           {"state", "deferred"},
                           {"why", "gateway"},
                           {"destination", "a***@e***.org"},
                           {"text", "recovery.mail"}},
                          {{"number", std::uint64_t{11}},
                           {"created", monday},
                           {"state", "sent"},
                           {"destination", "+33*******78"},
                           {"text", "recovery.sms"}}};
    const std::string screen = shown();
    EXPECT_THAT(screen, HasSubstr("\nMessages   2001-12-03 08:00 deferred (gateway"));
    EXPECT_THAT(screen, HasSubstr(": 'loquetctl message retry 12'\n"));
    EXPECT_THAT(screen, HasSubstr("           2001-12-03 08:00 sent +33*******78 recovery.sms\n"));
}

TEST_F(AnAccountOnTheTelephone, FitsOnAScreenHoweverMuchThereIsToSay) {
    const std::string longest(200, 'x');
    told_ = {{"login", "locked"}, {"reason", longest}, {"recovery", "open"}, {"login_asks", longest}};
    const Row ticket{
        {"type", "recover"}, {"medium", "mail"}, {"destination", longest}, {"state", "waiting"}, {"until", monday}};
    const Row message{{"number", std::uint64_t{UINT64_MAX}},
                      {"created", monday},
                      {"state", "refused"},
                      {"why", longest},
                      {"destination", longest},
                      {"text", longest}};
    const Row event{{"time", monday}, {"what", "login"}, {"service", "login"}, {"place", longest}, {"detail", longest}};
    lists_["tickets"].assign(3, ticket);
    lists_["messages"].assign(5, message);
    lists_["events"].assign(20, event);
    const std::vector<std::string> lines = lines_of(shown());
    EXPECT_EQ(lines.size(), 23U) << "the prompt takes the last one";
    for (const std::string& line : lines) {
        EXPECT_LE(display_width(line), 79U) << line;
    }
    EXPECT_THAT(lines.back(), HasSubstr("2001-12-03 08:00 login login at xxx")) << "events take what is left";
    EXPECT_THAT(lines, testing::Contains(testing::EndsWith(": in place of the password"))) << "what to do is never cut";
}

TEST_F(AnAccountOnTheTelephone, ListsTheLastEventsWithPlaceAndEnd) {
    lists_["events"] = {{{"time", monday},
                         {"what", "login"},
                         {"granted", false},
                         {"actor", std::uint64_t{0}},
                         {"purpose", "login"},
                         {"service", "login"},
                         {"place", "tty1"},
                         {"detail", "wrong-password"}},
                        {{"time", monday},
                         {"what", "account-locked"},
                         {"granted", true},
                         {"actor", std::uint64_t{0}},
                         {"detail", "locked: on leave"}}};
    EXPECT_THAT(shown(), HasSubstr("\nEvents     2001-12-03 08:00 login login at tty1 refused (wrong-password)\n"
                                   "           2001-12-03 08:00 account-locked by root (locked: on leave)\n"));
}

TEST_F(AnAccountOnTheTelephone, SaysHowFarBackItLooked) {
    told_.emplace_back("events_since", monday);
    EXPECT_THAT(shown(), HasSubstr("Events     none else since 2001-12-03 08:00\n"));
}

TEST_F(AnAccountOnTheTelephone, TellsAProgramAllOfIt) {
    lists_["tickets"] = {{{"type", "recover"}, {"medium", "sms"}, {"state", "used"}, {"until", monday}}};
    lists_["events"].assign(20, {{"time", monday}, {"what", "login"}});
    const json account = json::parse(service_.run({"--json", "account", "show", "alice"}).output);
    EXPECT_EQ(account.at("verdict"), "alice can log in here.");
    EXPECT_EQ(account.at("display_name"), "Zoé \x1b[31m");
    EXPECT_EQ(account.at("last_login"), "2001-12-03T08:00:00Z");
    EXPECT_TRUE(account.at("locked_until").is_null());
    EXPECT_EQ(account.at("recovery_locked_until"), "unlocked");
    EXPECT_EQ(account.at("recovery_media"), json({"mail", "sms"}));
    EXPECT_EQ(account.at("tickets").at(0).at("state"), "used");
    EXPECT_EQ(account.at("events").size(), 20U);
}

TEST(AShortTime, LeavesOutTheDateOfTodayAlone) {
    const base::Milliseconds noon = std::chrono::hours(24 * 365 + 12); // 1971-01-01, half a day off any zone's midnight
    EXPECT_EQ(short_time(noon, noon).size(), 5U);
    EXPECT_EQ(short_time(noon, noon + std::chrono::hours(24)).size(), 16U);
    EXPECT_EQ(short_time(noon, noon + std::chrono::hours(24 * 365)).size(), 16U) << "the same day of another year";
}

} // namespace
} // namespace loquet::cli
