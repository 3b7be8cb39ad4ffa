// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/gateway.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>
#include <loquet/channel.hpp>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace loquet::delivery {

namespace {

class AGatewaysSecret : public testing::Test {
protected:
    /// What is read of a file with this content and mode.
    std::string read(const std::string& content, mode_t mode = 0600) {
        const std::string path = folder_ / "secret";
        std::ofstream(path, std::ios::binary) << content;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return GatewaySecret(path).text();
    }
    tests::TempFolder folder_;
};

TEST_F(AGatewaysSecret, IsTheLineOfItsFile) {
    EXPECT_EQ(read("relay pässword\n"), "relay pässword");
    EXPECT_EQ(read("no newline", 0640), "no newline");
}

TEST_F(AGatewaysSecret, IsTheCredentialOfTheUnitWhereNoFileIsNamed) {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_TRUE(GatewaySecret("").empty());
    ::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
    EXPECT_TRUE(GatewaySecret("").empty()) << "systemd was told of none";
    read("token\n", 0440);
    EXPECT_EQ(GatewaySecret("").text(), "token");
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(AGatewaysSecret, IsReadableByNobodyElse) {
    for (const mode_t mode : {0604U, 0602U, 0620U, 0601U}) {
        EXPECT_THROW(read("x\n", mode), sdk::Refusal) << mode;
    }
    EXPECT_THROW(GatewaySecret(folder_ / "missing"), sdk::Refusal);
    EXPECT_THROW(GatewaySecret(folder_.path()), sdk::Refusal);
}

TEST_F(AGatewaysSecret, IsOneLineThatNoProtocolMisreads) {
    EXPECT_EQ(read(std::string(GatewaySecret::longest, 'x') + "\n").size(), GatewaySecret::longest);
    EXPECT_THROW(read(std::string(GatewaySecret::longest + 1, 'x')), sdk::Refusal);
    EXPECT_THROW(read(""), sdk::Refusal);
    EXPECT_THROW(read("\n"), sdk::Refusal);
    EXPECT_THROW(read("a\nb\n"), sdk::Refusal);
    EXPECT_THROW(read("a\rb"), sdk::Refusal);
    EXPECT_THROW(read(std::string("a\0b", 3)), sdk::Refusal);
}

} // namespace

namespace {

constexpr std::string_view text = "Votre code est 482915.\nOu WDJB-MJHT, ou 731 204; à 9 h.";

TEST(WhatAGatewaySaid, IsQuoted) {
    for (const std::string_view said :
         {"", "250 2.0.0 Ok: queued as 4FZk1q0", "550 5.1.1 no such mailbox", "code 99"}) {
        EXPECT_EQ(quotable(said, text), said);
    }
}

TEST(WhatAGatewaySaid, IsNotQuotedWhereItHoldsWhatCouldBeACode) {
    for (const std::string_view said : {"554 spam: Votre code est 482915.", "text=482915&to=1", "WDJB-MJHT", "sent 731",
                                        "\"Votre code est 482915\""}) {
        EXPECT_EQ(quotable(said, text), "(it repeats the message, and is not quoted)") << said;
    }
}

TEST(WhatAGatewaySaid, IsOneLine) {
    EXPECT_EQ(one_line("no such number\n"), "no such number");
    EXPECT_EQ(one_line(" \r\n<p>\tno  such\n\nnumber</p>\v\f"), "<p> no such number</p>");
    EXPECT_EQ(one_line("\n \t"), "");
    EXPECT_EQ(one_line(""), "");
}

} // namespace

} // namespace loquet::delivery
