// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/handle.h"
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

TEST(APrivateBus, GivesNamesToWhoeverAsks) {
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

} // namespace
} // namespace loquet::tests
