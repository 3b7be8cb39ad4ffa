// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole machine with two accounts, and connections of any user to its bus, whom the bus itself tells apart.
#pragma once

#include "lib/bus/connection.h"
#include "lib/protocol/names.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"
#include "tests/support/machine.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::tests {

using Refusal = std::optional<base::Error::Kind>;

constexpr base::Milliseconds call_timeout = std::chrono::seconds(60);

class CallersTest : public testing::Test {
protected:
    explicit CallersTest(MachineOptions options = {});

    [[nodiscard]] bus::Connection connect_as(std::uint32_t uid) const;
    [[nodiscard]] static bus::Message manager_call(bus::Connection& connection, const char* member) {
        return connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, member);
    }
    [[nodiscard]] static bus::Message list_accounts(bus::Connection& connection, bool may_interact = false);
    [[nodiscard]] static Refusal refusal(bus::Connection& connection, const bus::Message& message) {
        return kind_of_error([&] { (void)connection.call(message, call_timeout); });
    }
    /// The name of the error on the bus; empty where there is none.
    [[nodiscard]] static std::string error_name(bus::Connection& connection, const bus::Message& message);
    [[nodiscard]] static std::string name_of(bus::Connection& connection);

    Machine machine_;
    MachineAccount alice_ = machine_.create_account("alice", canary::password);
    MachineAccount bob_ = machine_.create_account("bob", canary::next_password);
};

} // namespace loquet::tests
