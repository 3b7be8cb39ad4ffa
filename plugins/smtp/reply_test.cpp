// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/reply.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace loquet::plugins_smtp {
namespace {

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

} // namespace
} // namespace loquet::plugins_smtp
