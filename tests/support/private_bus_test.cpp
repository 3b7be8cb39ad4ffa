// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/handle.h"
#include "lib/bus/connection.h"
#include "tests/support/canary.h"
#include "tests/support/private_bus.h"

#include <gtest/gtest.h>
#include <systemd/sd-bus.h>

namespace loquet::tests {
namespace {

using Bus = base::Handle<sd_bus, sd_bus_flush_close_unref>;

/// A connection that has said hello, or nothing.
Bus connect(const std::string& address) {
    sd_bus* raw = nullptr;
    if (sd_bus_new(&raw) < 0) {
        return nullptr;
    }
    Bus bus(raw);
    const char* name = nullptr;
    if (sd_bus_set_address(raw, address.c_str()) < 0 || sd_bus_set_bus_client(raw, 1) < 0 || sd_bus_start(raw) < 0
        || sd_bus_get_unique_name(raw, &name) < 0) {
        return nullptr;
    }
    return bus;
}

TEST(APrivateBus, GivesNamesToAnyClient) {
    const PrivateBus daemon;
    const Bus bus = connect(daemon.address());
    ASSERT_NE(bus, nullptr);
    EXPECT_GE(sd_bus_request_name(bus.get(), "org.loquet.Auth1", 0), 0);
}

TEST(APrivateBus, CanGoAwayAndComeBack) {
    PrivateBus daemon;
    daemon.stop();
    EXPECT_EQ(connect(daemon.address()), nullptr);
    daemon.start();
    EXPECT_NE(connect(daemon.address()), nullptr);
}

TEST(ACaptureOfABus, HoldsASecretThatTravelled) {
    const PrivateBus daemon;
    BusCapture capture(daemon.address());
    {
        // The likeness of a secret: the one itself would be found by the search that follows all tests.
        const std::string secret = "canary-Sprogvel3-tindharu";
        bus::Connection connection = bus::Connection::at(daemon.address());
        const bus::Message signal = connection.signal("/somewhere", "org.loquet.Naive", "Said");
        bus::Writer(signal.get()).text(secret);
        connection.send(signal);
        (void)connection.call(connection.method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames"),
                              base::Milliseconds(0));
    }
    EXPECT_NE(capture.end().find("canary-Sprogvel3-tindharu"), std::string::npos);
}

TEST(ACaptureOfABus, HoldsNothingOfWhatDidNotTravel) {
    const PrivateBus daemon;
    BusCapture capture(daemon.address());
    const std::string all = capture.end();
    EXPECT_NE(all.find("NameHasOwner"), std::string::npos);
    EXPECT_EQ(all.find("canary-Sprogvel3-tindharu"), std::string::npos);
}

} // namespace
} // namespace loquet::tests
