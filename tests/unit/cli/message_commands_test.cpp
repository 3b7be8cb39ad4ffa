// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message.h"
#include "lib/base/error.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint64_t written = 1'795'420'692'000'000; // 2026-11-23 07:58:12 UTC
constexpr std::uint32_t gone = 30009;

/// A service with `messages` messages, numbered from 1, which gives at most `page` at a time; every second was refused,
/// and the last one went to an account that is no more.
class MessageCommands : public testing::Test {
protected:
    MessageCommands() {
        service_.on("GetAll", [](bus::Call& call) {
            if (call.path() != alice_path) {
                throw base::Error(base::Error::Kind::not_found, "no such account");
            }
            call.reply(
                [](bus::Writer& writer) { writer.array("{sv}", [&] { writer.entry("Name", std::string("alice")); }); });
        });
    }

    void has_messages(std::uint64_t messages, std::uint32_t page) {
        service_.on("ListMessages", [this, messages, page](bus::Call& call) {
            bus::Reader reader = call.arguments();
            const std::uint64_t after = reader.u64();
            const std::uint64_t end = std::min<std::uint64_t>(messages, after + std::min(page, reader.u32()));
            reader.dictionary(8, [&](const std::string& key, std::string_view) {
                filter_[key] = reader.text(64);
                return true;
            });
            call.reply([&](bus::Writer& writer) {
                writer.array("a{sv}", [&] {
                    for (std::uint64_t number = after + 1; number <= end; ++number) {
                        write_row(writer, number, number == messages ? gone : 30000);
                    }
                });
                writer.u64(end < messages ? end : 0);
            });
        });
    }

    static void write_row(bus::Writer& writer, std::uint64_t number, std::uint32_t uid) {
        const bool refused = number % 2 == 0;
        writer.dictionary([&] {
            writer.entry("number", number).entry("state", refused ? "refused" : "deferred").entry("medium", "sms");
            writer.entry("account", uid).entry("destination", "+33 ** ** ** 78").entry("text", "one_time_code.sms");
            writer.entry("step", "code").entry("why", refused ? "budget:site" : "gateway");
            writer.entry("said", "no \x1b[31mcredit").entry("channel", "sms_http").entry("gateway_reference", "g-7");
            writer.entry("reference", "0123456789abcdef0123456789abcdef").entry("attempts", std::uint32_t{3});
            writer.entry("unknown", std::uint32_t{1}).entry("created", written).entry("changed", written + 1'000'000);
            writer.entry("due", written + 60'000'000).entry("expires", std::uint64_t{0});
        });
    }

    FakeService service_;
    std::map<std::string, std::string> filter_;
};

TEST_F(MessageCommands, ListIsATableForAPerson) {
    has_messages(2, 1);
    const tests::Outcome outcome = service_.run({"message", "list", "--account", "alice", "--state", "refused"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output,
              "NUMBER  WRITTEN              ACCOUNT  BY   TO               TEXT               STATE     WHY      "
              "ATTEMPTS\n"
              "1       2026-11-23 07:58:12  alice    sms  +33 ** ** ** 78  one_time_code.sms  deferred  gateway  3\n"
              "2       2026-11-23 07:58:12  30009    sms  +33 ** ** ** 78  one_time_code.sms  refused   budget:site  "
              "3\n");
    EXPECT_THAT(filter_, ElementsAre(Pair("account", "alice"), Pair("state", "refused")));
}

TEST_F(MessageCommands, ListIsOfAllPagesAndAsksForEachAccountOnce) {
    has_messages(2500, 1000);
    const tests::Outcome outcome = service_.run({"--json", "message", "list"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const json list = json::parse(outcome.output);
    ASSERT_EQ(list.size(), 2500U);
    EXPECT_EQ(list[1].at("number"), 2);
    EXPECT_EQ(list[1].at("created"), "2026-11-23T07:58:12Z");
    EXPECT_EQ(list[2499].at("account"), "30009");
    EXPECT_THAT(filter_, IsEmpty());
    const auto count = [&](const char* member) { return std::ranges::count(service_.called(), member); };
    EXPECT_EQ(count("ListMessages"), 3);
    EXPECT_EQ(count("GetAll"), 2);
}

TEST_F(MessageCommands, ListEndsAtItsLimit) {
    has_messages(2500, 1000);
    EXPECT_EQ(json::parse(service_.run({"--json", "message", "list", "--limit", "1001"}).output).size(), 1001U);
}

TEST_F(MessageCommands, ListOfNothingSaysSo) {
    has_messages(0, 10);
    EXPECT_EQ(service_.run({"message", "list"}).output, "There are no messages.\n");
    EXPECT_EQ(service_.run({"--json", "message", "list"}).output, "[]\n");
}

TEST_F(MessageCommands, ListThatNeverEndsIsGivenUp) {
    service_.on("ListMessages",
                [](bus::Call& call) { call.reply([](bus::Writer& writer) { writer.array("a{sv}", [] {}).u64(7); }); });
    EXPECT_EQ(service_.run({"message", "list"}).exit_code, 1);
}

TEST_F(MessageCommands, ShowTellsTheHelpdeskWhatTheGatewaySaid) {
    has_messages(3, 10);
    const tests::Outcome outcome = service_.run({"message", "show", "1"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "             Number: 1\n"
                              "            Account: alice\n"
                              "                UID: 30000\n"
                              "                 By: sms\n"
                              "                 To: +33 ** ** ** 78\n"
                              "               Text: one_time_code.sms\n"
                              "       Asked for by: code\n"
                              "              State: deferred\n"
                              "                Why: gateway\n"
                              "   The gateway said: no \\x1b[31mcredit\n"
                              "            Channel: sms_http\n"
                              "  Gateway reference: g-7\n"
                              "          Reference: 0123456789abcdef0123456789abcdef\n"
                              "           Attempts: 3\n"
                              "        Unconfirmed: 1\n"
                              "            Written: 2026-11-23 07:58:12\n"
                              "In this state since: 2026-11-23 07:58:13\n"
                              "       Next attempt: 2026-11-23 07:59:12\n"
                              "\n"
                              "The gateway said so.\n");
}

TEST_F(MessageCommands, ShowHasNoNextAttemptForWhatIsDone) {
    has_messages(3, 10);
    const json message = json::parse(service_.run({"--json", "message", "show", "2"}).output);
    EXPECT_EQ(message.at("number"), 2);
    EXPECT_EQ(message.at("said"), "no \x1b[31mcredit");
    EXPECT_TRUE(message.at("due").is_null());
    EXPECT_TRUE(message.at("expires").is_null());
    EXPECT_THAT(service_.run({"message", "show", "2"}).output, HasSubstr("\nThe whole budget of a day is used up"));
}

TEST_F(MessageCommands, ShowDoesNotTakeTheNextMessageForOneThatIsGone) {
    has_messages(0, 10);
    EXPECT_EQ(service_.run({"message", "show", "1"}).exit_code, 4);
    service_.on("ListMessages", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) { writer.array("a{sv}", [&] { write_row(writer, 9, 30000); }).u64(0); });
    });
    const tests::Outcome outcome = service_.run({"message", "show", "8"});
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_THAT(outcome.errors, HasSubstr("no message 8"));
    EXPECT_THAT(outcome.output, IsEmpty());
}

TEST_F(MessageCommands, RetryNamesTheMessageAndLetsPolkitAsk) {
    std::uint64_t number = 0;
    bool may_interact = false;
    service_.on("RetryMessage", [&](bus::Call& call) {
        number = call.arguments().u64();
        may_interact = call.may_interact();
        call.reply();
    });
    const tests::Outcome outcome = service_.run({"message", "retry", "18446744073709551615"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(number, 18446744073709551615U);
    EXPECT_TRUE(may_interact);
    EXPECT_EQ(service_.run({"--json", "message", "retry", "7"}).output, "{\"message\":7,\"done\":\"RetryMessage\"}\n");
}

TEST_F(MessageCommands, RetryEndsAsTheServiceAnswers) {
    using Kind = base::Error::Kind;
    for (const auto& [kind, code] :
         {std::pair{Kind::conflict, 1}, {Kind::denied, 3}, {Kind::not_found, 4}, {Kind::unavailable, 5}}) {
        service_.on("RetryMessage", [kind = kind](bus::Call& call) { call.fail(base::Error(kind, "no")); });
        EXPECT_EQ(service_.run({"message", "retry", "7"}).exit_code, code);
    }
}

TEST(TheReasonsOfMessages, AreExplainedAsFarAsTheReferenceNamesThem) {
    for (const char* why : {"budget:account", "budget:destination", "budget:country", "budget:place",
                            "budget:site",    "no-address",         "unconfirmed",    "held",
                            "address",        "no-channel",         "too-many",       "gateway",
                            "no-answer",      "answer-lost",        "restart",        "void",
                            "unsendable",     "delivered",          "delayed",        "bounced"}) {
        EXPECT_NE(message::explanation_of(why), "") << why;
    }
    EXPECT_EQ(message::explanation_of("of the future"), "");
    EXPECT_EQ(message::explanation_of(""), "");
}

} // namespace
} // namespace loquet::cli
