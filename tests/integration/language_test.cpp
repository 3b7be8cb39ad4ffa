// SPDX-License-Identifier: LGPL-2.1-or-later
// In which words a person is asked. Who says no language is asked in the machine's: sshd, for one, has thrown its
// environment away.
#include "lib/base/file.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace loquet {
namespace {

std::string first_question_in(bus::Connection& connection, const std::string& locale) {
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "Begin");
    bus::Writer writer(question.get());
    writer.text("login").text("alice").array("{sv}", [&] {
        if (!locale.empty()) {
            writer.entry("locale", locale);
        }
    });
    const bus::Message answer = connection.call(question, std::chrono::seconds(10));
    bus::Reader reader(answer.get());
    (void)reader.object_path();
    const protocol::Turn turn = protocol::read_turn(reader);
    const auto* ask = std::get_if<protocol::Ask>(&turn);
    return ask == nullptr || ask->prompts.empty() ? "" : ask->prompts.front().text;
}

TEST(ADialogWithoutALanguage, IsInThatOfTheMachine) {
    tests::Machine machine({.environment = {"LC_ALL=fr_FR.UTF-8"}});
    (void)machine.create_account("alice", tests::canary::password);
    bus::Connection connection = machine.connect();
    EXPECT_EQ(first_question_in(connection, ""), "Mot de passe : ");
    EXPECT_EQ(first_question_in(connection, "C"), "Password: ");
}

TEST(TextsOfTheSite, AreReadAtAReloadAndRefusedAsAWholeWhereOneIsWrong) {
    tests::Machine machine;
    (void)machine.create_account("alice", tests::canary::password);
    bus::Connection connection = machine.connect();
    const auto reload = [&](const std::string& texts, const std::string& said) {
        base::replace_file(machine.messages_folder() + "/site.en.toml", texts, 0600);
        machine.daemon().signal(SIGHUP);
        return tests::eventually([&] { return testing::Value(machine.log(), testing::HasSubstr(said)); });
    };
    EXPECT_TRUE(reload("password.prompt = \"Secret: \"\n", "the configuration was read ["));
    EXPECT_EQ(first_question_in(connection, "C"), "Secret: ");

    EXPECT_TRUE(reload("password.prompt = \"Word: \"\nlocked = \"Come back, {name}\"\n",
                       "<3>" + machine.messages_folder() + "/site.en.toml:2:10: "));
    EXPECT_THAT(machine.log(), testing::HasSubstr("/messages/site.en.toml:2:10: {name} is no variable of \"locked\"; "
                                                  "accepted: {minutes}"));
    EXPECT_EQ(first_question_in(connection, "C"), "Secret: ");
}

} // namespace
} // namespace loquet
