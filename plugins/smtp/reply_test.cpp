// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of README.md ("What a no means"), row by row.
#include "plugins/smtp/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

namespace loquet::plugins_smtp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Reply reply_of(std::initializer_list<const char*> lines) {
    Reply reply;
    for (const char* line : lines) {
        reply.add(line);
    }
    return reply;
}

TEST(AReply, OfOneLineIsThatLine) {
    const Reply reply = reply_of({"550 5.1.1 <a@b.example>: no such mailbox\r\n"});
    EXPECT_EQ(reply.code(), 550);
    EXPECT_TRUE(reply.complete());
    EXPECT_EQ(reply.status(), (StatusCode{5, 1, 1}));
    EXPECT_EQ(reply.sentence(), "550 5.1.1 <a@b.example>: no such mailbox");
}

TEST(AReply, OfSeveralLinesIsOneSentenceWithTheCodesOnce) {
    const Reply reply = reply_of({"550-5.1.1 The account does not exist.\r\n", "550-5.1.1 Please look at\r\n",
                                  "550 5.1.1  https://mail.example/no  \r\n"});
    EXPECT_EQ(reply.sentence(), "550 5.1.1 The account does not exist. Please look at https://mail.example/no");
    EXPECT_EQ(reply.status(), (StatusCode{5, 1, 1}));
    EXPECT_FALSE(reply_of({"550-5.1.1 more follows\r\n"}).complete());
}

TEST(AReply, HasAStatusCodeWhereverServersWriteIt) {
    EXPECT_EQ(reply_of({"550-go away\r\n", "550 5.7.1 blocked\r\n"}).status(), (StatusCode{5, 7, 1}));
    EXPECT_EQ(reply_of({"550-5.7.1 blocked\r\n", "550 see the manual\r\n"}).status(), (StatusCode{5, 7, 1}));
    EXPECT_EQ(reply_of({"550 sorry, no mailbox here by that name (#5.1.1)\r\n"}).status(), (StatusCode{5, 1, 1}));
    EXPECT_EQ(reply_of({"556 5.1.10\r\n"}).status(), (StatusCode{5, 1, 10}));
}

TEST(AReply, HasNoStatusCodeOfAnotherClassOrForm) {
    for (const char* line :
         {"550 4.1.1 no", "450 5.1.1 no", "550 5.1.1x no", "550 5.1 no", "550 5.1.1.1 no", "550 5.1.1234 no",
          "550 192.0.2.1 is blocked", "550 no (#4.1.1)", "550 no (#5.1.1", "550"}) {
        EXPECT_FALSE(reply_of({line}).status()) << line;
    }
}

TEST(AReply, IsTheLastOneThatWasHeard) {
    EXPECT_EQ(reply_of({"250 ok\r\n", "550 5.1.1 no\r\n"}).sentence(), "550 5.1.1 no");
    EXPECT_EQ(reply_of({"250-one\r\n", "550 two\r\n"}).sentence(), "550 two") << "its last line has its code";
    const Reply next = reply_of({"550 5.1.1 no\r\n", "550 busy\r\n"});
    EXPECT_EQ(next.sentence(), "550 busy");
    EXPECT_FALSE(next.status());
}

TEST(AReply, IsNotMadeOfAnythingElse) {
    for (const char* line :
         {"", "\r\n", "hello", "55 no", "5500 no", "150 no", "600 no", "550no", "-50 no", "\xff\xff\xff no"}) {
        EXPECT_EQ(reply_of({line}).code(), 0) << line;
        EXPECT_EQ(reply_of({line}).sentence(), "") << line;
    }
    EXPECT_EQ(reply_of({"554 5.7.1 no\r\n", "see below\r\n"}).sentence(), "554 5.7.1 no");
}

TEST(AReply, KeepsNoMoreThanTheLimit) {
    Reply reply;
    for (int n = 0; n < 1000; ++n) {
        reply.add("554-" + std::string(500, 'x') + "\r\n");
    }
    reply.add("554 end\r\n");
    EXPECT_EQ(reply.sentence().size(), 4 + Reply::longest_text);
    reply.clear();
    reply.add("554 " + std::string(Reply::longest_text + 1, 'x'));
    EXPECT_EQ(reply.sentence().size(), 4 + Reply::longest_text);
}

using Matter = Verdict::Matter;

constexpr std::array all_stages{Stage::connection, Stage::greeting,  Stage::tls,  Stage::login,
                                Stage::sender,     Stage::recipient, Stage::data, Stage::text};

Verdict verdict_on(Stage stage, const std::string& line) {
    Reply reply;
    reply.add(line);
    EXPECT_NE(reply.code(), 0) << line;
    return judge(stage, reply);
}

TEST(ARefusal, OfTheAddressIsFinalFromTheRecipientOn) {
    for (const char* line :
         {"550 5.1.1 no such user", "550 5.1.2 no such domain", "501 5.1.3 bad syntax", "550 5.1.4 several",
          "551 5.1.6 moved", "556 5.1.10 null MX", "550 5.2.1 mailbox disabled", "554 5.1.1 unknown",
          "550 sorry, no mailbox here by that name (#5.1.1)", "556 domain does not accept mail"}) {
        EXPECT_EQ(verdict_on(Stage::recipient, line).matter, Matter::recipient) << line;
        EXPECT_THAT(verdict_on(Stage::recipient, line).advice, IsEmpty()) << line;
        for (const Stage before : {Stage::connection, Stage::greeting, Stage::tls, Stage::login, Stage::sender}) {
            EXPECT_EQ(verdict_on(before, line).matter, Matter::site) << line;
        }
    }
    EXPECT_EQ(verdict_on(Stage::text, "550 5.1.1 no such user").matter, Matter::recipient);
    EXPECT_EQ(verdict_on(Stage::data, "554 5.1.1 no valid recipients").matter, Matter::recipient);
    EXPECT_EQ(verdict_on(Stage::text, "556 what it means here is not written").matter, Matter::site);
}

TEST(ARefusal, OfTheRecipientThatMayBeASettingIsNotFinal) {
    for (const char* line : {"504 5.5.2 <kiosk>: Helo command rejected: need fully-qualified hostname",
                             "554 5.7.1 Client host rejected",
                             "553 5.7.1 <kiosk@example.org>: Sender address rejected: not owned by user",
                             "550 5.7.60 may not send as",
                             "554 5.7.1 blocked",
                             "550 5.4.5 daily limit exceeded",
                             "550 5.1.0 address rejected",
                             "550 5.1.8 sender",
                             "550 5.2.2 mailbox full",
                             "552 5.2.3 too large",
                             "552 too much",
                             "550 5.3.0 other",
                             "521 5.3.2 no mail here",
                             "554 5.5.1 no valid recipients",
                             "554 5.6.0 no",
                             "530 5.7.0 log in",
                             "502 5.5.1 unknown command",
                             "503 5.5.1 out of order",
                             "550 relay not permitted",
                             "551 we do not relay",
                             "553 not allowed",
                             "554 no",
                             "571 blocked",
                             "550 4.1.1 two minds",
                             "599"}) {
        EXPECT_EQ(verdict_on(Stage::recipient, line).matter, Matter::site) << line;
        EXPECT_FALSE(verdict_on(Stage::recipient, line).advice.empty()) << line;
    }
}

TEST(ARefusal, ForAWhileIsNeverFinalAndNobodysMistake) {
    for (const Stage stage : all_stages) {
        for (const char* line : {"421 4.3.2 shutting down", "450 4.2.0 greylisted", "451 later", "452 4.2.2 full",
                                 "454 4.7.0 no TLS now", "450 5.1.1 two minds"}) {
            EXPECT_EQ(verdict_on(stage, line).matter, Matter::later) << line;
            EXPECT_THAT(verdict_on(stage, line).advice, IsEmpty()) << line;
        }
    }
}

TEST(ARefusal, SaysWhatToDo) {
    struct Row {
        Stage stage;
        const char* line;
        const char* advice;
    };
    const std::array rows{
        Row{Stage::connection, "554 5.7.1 no service", "the server takes no mail from this machine"},
        Row{Stage::connection, "521 no mail here", "the server takes no mail from this machine"},
        Row{Stage::connection, "535 5.7.8 not you", "look at user"},
        Row{Stage::greeting, "550 5.7.1 no", "set our_name"},
        Row{Stage::greeting, "504 5.5.2 need fully-qualified hostname", "set our_name"},
        Row{Stage::recipient, "504 5.5.2 <kiosk>: Helo command rejected", "set our_name"},
        Row{Stage::recipient, "550 5.7.1 <kiosk>: Helo command rejected: Host not found", "set our_name"},
        Row{Stage::tls, "502 5.5.1 not implemented", "look at security and port"},
        Row{Stage::login, "535 5.7.8 authentication failed", "look at user"},
        Row{Stage::sender, "530 5.7.0 authentication required", "look at user"},
        Row{Stage::sender, "550 5.1.8 domain of sender does not exist", "look at from"},
        Row{Stage::recipient, "553 5.7.1 Sender address rejected: not owned by user", "look at from"},
        Row{Stage::recipient, "550 5.7.60 client may not send as this", "look at from"},
        Row{Stage::recipient, "554 5.7.1 relay access denied", "may not relay for this machine"},
        Row{Stage::recipient, "550 relay not permitted", "may not relay for this machine"},
        Row{Stage::recipient, "550 5.4.5 daily limit exceeded", "administrator of the mail server"},
        Row{Stage::recipient, "552 exceeded storage allocation", "size"},
        Row{Stage::text, "552 5.3.4 too large", "size"},
        Row{Stage::text, "554 5.7.1 spam", "does not take this text"},
        Row{Stage::data, "554 no", "does not take this text"},
    };
    for (const Row& row : rows) {
        EXPECT_THAT(verdict_on(row.stage, row.line).advice, HasSubstr(row.advice)) << row.line;
        EXPECT_LE(verdict_on(row.stage, row.line).advice.size(), Verdict::longest_advice);
    }
}

TEST(AStage, BeginsWithItsCommandAndLastsUntilTheNext) {
    EXPECT_EQ(stage_of("EHLO kiosk.example.org\r\n", Stage::connection), Stage::greeting);
    EXPECT_EQ(stage_of("HELO kiosk.example.org\r\n", Stage::greeting), Stage::greeting);
    EXPECT_EQ(stage_of("STARTTLS\r\n", Stage::greeting), Stage::tls);
    EXPECT_EQ(stage_of("AUTH PLAIN\r\n", Stage::greeting), Stage::login);
    EXPECT_EQ(stage_of("MAIL FROM:<a@b.example>\r\n", Stage::connection), Stage::sender);
    EXPECT_EQ(stage_of("RCPT TO:<a@b.example>\r\n", Stage::sender), Stage::recipient);
    EXPECT_EQ(stage_of("DATA\r\n", Stage::recipient), Stage::data);
    for (const char* answer : {"AG90cAByZWxheS1wdw==\r\n", "DATA1234\r\n", "STARTTLS0000\r\n", "*\r\n", ""}) {
        EXPECT_EQ(stage_of(answer, Stage::login), Stage::login) << answer;
    }
}

} // namespace
} // namespace loquet::plugins_smtp
