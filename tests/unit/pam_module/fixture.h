// SPDX-License-Identifier: LGPL-2.1-or-later
// A private bus with the fake daemon on it, found by the module as it would find the system bus.
#pragma once

#include "lib/base/limits.h"
#include "tests/support/canary.h"
#include "tests/support/private_bus.h"
#include "tests/unit/pam_module/application.h"
#include "tests/unit/pam_module/fake_daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace loquet::tests {

inline std::string right_password() {
    return std::string(canary::password);
}
inline std::string wrong_password() {
    return std::string(canary::wrong_password);
}
inline std::string next_password() {
    return std::string(canary::next_password);
}

class OnABus : public testing::Test {
protected:
    OnABus() {
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address().c_str(), 1);
        daemon.emplace(bus.address());
        daemon->add("alice", {.password = right_password()});
    }
    ~OnABus() override { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

    PrivateBus bus;
    std::optional<FakeDaemon> daemon;
};

} // namespace loquet::tests
