// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

namespace loquet::conversation {
namespace {

using base::Error;
using tests::kind_of_error;

Client client(std::uint32_t uid, const std::string& sender) {
    Client client;
    client.uid = uid;
    client.sender = sender;
    return client;
}

class ATableOfDialogs : public testing::Test {
protected:
    DialogId add(const Client& whose) {
        table_.require_room(whose);
        return table_.add(std::make_shared<Dialog>("login", whose, Subject{}, required({"password"})));
    }
    [[nodiscard]] bool has_room(const Client& whose) const {
        return !kind_of_error([&] { table_.require_room(whose); });
    }

    DialogTable table_;
};

TEST_F(ATableOfDialogs, FindsADialogForItsSenderAlone) {
    const DialogId id = add(client(0, ":1.1"));
    EXPECT_EQ(table_.find(id, ":1.1")->client.sender, ":1.1");
    EXPECT_EQ(kind_of_error([&] { (void)table_.find(id, ":1.2"); }), Error::Kind::not_found);
    EXPECT_EQ(kind_of_error([&] { (void)table_.find(id + 1, ":1.1"); }), Error::Kind::not_found);
}

TEST_F(ATableOfDialogs, NeverGivesANumberTwice) {
    const DialogId first = add(client(0, ":1.1"));
    table_.remove(first);
    EXPECT_NE(add(client(0, ":1.1")), first);
}

TEST_F(ATableOfDialogs, TakesOneConnectionsDialogsUpToTheLimit) {
    for (std::size_t i = 0; i < limits::conversations_per_caller; ++i) {
        (void)add(client(0, ":1.1"));
    }
    EXPECT_EQ(kind_of_error([&] { table_.require_room(client(0, ":1.1")); }), Error::Kind::limited);
    EXPECT_TRUE(has_room(client(0, ":1.2")));
}

TEST_F(ATableOfDialogs, TakesOneUsersDialogsUpToTheLimitOverAllConnectionsAndRootsBeyond) {
    for (std::size_t i = 0; i < limits::conversations_per_uid; ++i) {
        (void)add(client(1000, ":1." + std::to_string(i)));
        (void)add(client(0, ":2." + std::to_string(i)));
    }
    EXPECT_EQ(kind_of_error([&] { table_.require_room(client(1000, ":3.1")); }), Error::Kind::limited);
    EXPECT_TRUE(has_room(client(1001, ":3.2")));
    EXPECT_TRUE(has_room(client(0, ":3.3"))) << "root speaks for everybody at the login prompts";
}

TEST_F(ATableOfDialogs, TakesAllDialogsOfAMachineUpToTheLimitRootsIncluded) {
    for (std::size_t i = 0; i < limits::conversations; ++i) {
        (void)add(client(0, ":1." + std::to_string(i)));
    }
    EXPECT_EQ(kind_of_error([&] { table_.require_room(client(0, ":2.1")); }), Error::Kind::limited);
}

TEST_F(ATableOfDialogs, HasRoomAgainForEachThatEnded) {
    const Client whose = client(1000, ":1.1");
    DialogId last = 0;
    while (has_room(whose)) {
        last = add(whose);
    }
    table_.remove(last);
    EXPECT_TRUE(has_room(whose));
    table_.remove(last);
    (void)add(whose);
    EXPECT_FALSE(has_room(whose)) << "what is removed twice makes room once";
}

TEST_F(ATableOfDialogs, ForgetsASenderWithAllItsDialogsAndNoOthers) {
    const DialogId first = add(client(1000, ":1.1"));
    const DialogId second = add(client(1000, ":1.1"));
    const DialogId others = add(client(1000, ":1.2"));
    table_.remove_all_of(":1.1");
    table_.remove_all_of(":1.77");
    EXPECT_FALSE(table_.contains(first));
    EXPECT_FALSE(table_.contains(second));
    EXPECT_TRUE(table_.contains(others));
    EXPECT_EQ(table_.size(), 1U);
}

} // namespace
} // namespace loquet::conversation
