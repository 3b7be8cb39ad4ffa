// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"

#include <gtest/gtest.h>

#include <set>

namespace loquet::conversation {
namespace {

Client root_saying(const std::string& tty, const std::string& rhost = "", const std::string& place = "") {
    Client client;
    client.tty = tty;
    client.rhost = rhost;
    client.seat = place;
    return client;
}

TEST(APlace, T13_IsThePersonBehindSuWhateverTerminalTheyOpen) {
    std::set<std::string> places;
    for (int terminal = 0; terminal < 1000; ++terminal) {
        Client su = root_saying("pts/" + std::to_string(terminal), terminal % 2 == 0 ? "" : "a.host", "seat0");
        su.real_uid = 1000;
        places.insert(su.place());
    }
    EXPECT_EQ(places, std::set<std::string>{"user:1000"});
}

TEST(APlace, IsThePlaceTheConsoleOrTheHostThatRootNames) {
    EXPECT_EQ(root_saying("tty1").place(), "tty:tty1");
    EXPECT_EQ(root_saying("/dev/tty1").place(), "tty:tty1");
    EXPECT_EQ(root_saying("ttyS0").place(), "tty:ttyS0");
    EXPECT_EQ(root_saying(":0").place(), "tty::0");
    EXPECT_EQ(root_saying("tty7", "", "seat0").place(), "seat:seat0");
    EXPECT_EQ(root_saying("ssh", "192.0.2.7").place(), "host:192.0.2.7");
    Client passwd_by_root = root_saying("tty1");
    passwd_by_root.real_uid = 0;
    EXPECT_EQ(passwd_by_root.place(), "tty:tty1");
}

TEST(APlace, T13_IsNeverAThingThatEverybodyHasManyOf) {
    for (const char* tty : {"pts/0", "/dev/pts/999", "ttyp3", "ptyp3", "localhost:10.0", "ssh", "tty", ""}) {
        EXPECT_EQ(root_saying(tty).place(), "user:0") << tty;
        EXPECT_TRUE(root_saying(tty).is_at_a_person()) << tty;
    }
    EXPECT_EQ(root_saying("pts/0", "", "otherhost:11.0").place(), "user:0") << "a forwarded display";
}

TEST(APlace, OfAPlainCallerIsThatCaller) {
    Client locker = root_saying("tty1", "192.0.2.7", "seat0");
    locker.uid = 30000;
    locker.real_uid = 0;
    EXPECT_EQ(locker.place(), "user:30000");
    EXPECT_EQ(locker.person(), 30000U);
    EXPECT_FALSE(locker.acts_for_root());
}

TEST(APlace, T13_IsTheNetworkOfAnIPv6AddressAndTheAddressOfIPv4) {
    EXPECT_EQ(host_place("2001:db8:1:2::1"), host_place("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    EXPECT_EQ(host_place("[2001:DB8:1:2::9]"), host_place("2001:db8:1:2::1"));
    EXPECT_NE(host_place("2001:db8:1:2::1"), host_place("2001:db8:1:3::1"));
    EXPECT_EQ(host_place("fe80::1%eth0"), host_place("fe80::2%eth0"));
    EXPECT_NE(host_place("fe80::1%eth0"), host_place("fe80::1%eth1"));
    EXPECT_EQ(host_place("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_NE(host_place("192.0.2.7"), host_place("192.0.2.8"));
}

TEST(APlace, T13_IsOneForEveryWayToSayThisMachine) {
    for (const char* host : {"127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.2", "localhost", "LOCALHOST.", "[::1]"}) {
        EXPECT_EQ(host_place(host), "127.0.0.1") << host;
    }
    EXPECT_EQ(host_place("Bastion.Example.ORG."), "bastion.example.org");
    EXPECT_EQ(host_place("128.0.0.1"), "128.0.0.1");
}

} // namespace
} // namespace loquet::conversation
