// SPDX-License-Identifier: LGPL-2.1-or-later
// passwd(1) is set-uid: the bus sees root, but it is not root who sits there.
#include "lib/protocol/turn_wire.h"
#include "tests/support/canary.h"
#include "tests/support/machine.h"

#include <gtest/gtest.h>

#include <optional>

namespace loquet {
namespace {

std::string first_question(bus::Connection& connection, std::optional<std::uint32_t> real_uid) {
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "Begin");
    bus::Writer writer(question.get());
    writer.text("change-password").text("alice").array("{sv}", [&] {
        if (real_uid) {
            writer.entry("real_uid", "u", [&] { writer.u32(*real_uid); });
        }
    });
    const bus::Message answer = connection.call(question, std::chrono::seconds(10));
    bus::Reader reader(answer.get());
    (void)reader.object_path();
    const protocol::Turn turn = protocol::read_turn(reader);
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        for (const protocol::Prompt& prompt : ask->prompts) {
            if (protocol::wants_answer(prompt.style)) {
                return prompt.name;
            }
        }
    }
    return "";
}

TEST(ASetUidProgram, DoesNotSpareItsUserTheCurrentPassword) {
    tests::Machine machine;
    (void)machine.create_account("alice", tests::canary::password);
    bus::Connection connection = machine.connect();
    EXPECT_EQ(first_question(connection, 1000), "password");
    EXPECT_EQ(first_question(connection, std::nullopt), "new_password");
    EXPECT_EQ(first_question(connection, 0), "new_password");
}

} // namespace
} // namespace loquet
