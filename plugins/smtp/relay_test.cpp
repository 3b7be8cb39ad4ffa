// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::plugins_smtp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(TheNameThatTheServerIsTold, IsTheOptionWhereThatIsAFullName) {
    for (const char* name : {"kiosk.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"}) {
        const HelloName told = hello_name(name, "kiosk", "loquet@example.org");
        EXPECT_EQ(told.name, name);
        EXPECT_THAT(told.doubt, IsEmpty()) << name;
    }
}

TEST(TheNameThatTheServerIsTold, IsTheMachinesWhereThatHasADomain) {
    const HelloName told = hello_name("", "kiosk.lan.example", "loquet@example.org");
    EXPECT_EQ(told.name, "kiosk.lan.example");
    EXPECT_THAT(told.doubt, IsEmpty());
}

TEST(TheNameThatTheServerIsTold, HasTheDomainOfTheSenderWhereTheMachineHasNoneAndSaysSo) {
    const HelloName told = hello_name("", "kiosk", "loquet@example.org");
    EXPECT_EQ(told.name, "kiosk.example.org");
    EXPECT_THAT(told.doubt, HasSubstr("the name of this machine, \"kiosk\", has no domain"));
    EXPECT_THAT(told.doubt, HasSubstr("\"kiosk.example.org\""));
    EXPECT_THAT(told.doubt, HasSubstr("set our_name"));
    EXPECT_EQ(hello_name("", "", "loquet@example.org").name, "localhost.example.org");
}

TEST(TheNameThatTheServerIsTold, WithoutADomainIsDoubted) {
    const HelloName from_nowhere = hello_name("", "kiosk", "loquet@localhost");
    EXPECT_EQ(from_nowhere.name, "kiosk");
    EXPECT_THAT(from_nowhere.doubt, HasSubstr("504 need fully-qualified hostname"));
    EXPECT_THAT(from_nowhere.doubt, HasSubstr("set our_name to the full name of this machine"));
    const HelloName chosen = hello_name("kiosk", "kiosk.example.org", "loquet@example.org");
    EXPECT_EQ(chosen.name, "kiosk");
    EXPECT_THAT(chosen.doubt, HasSubstr("our_name is \"kiosk\", without a domain"));
    for (const char* half : {"kiosk.", ".example"}) {
        EXPECT_FALSE(hello_name(half, "", "").doubt.empty()) << half;
    }
}

} // namespace
} // namespace loquet::plugins_smtp
