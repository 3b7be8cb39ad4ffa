// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "tests/support/canary.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace loquet::tests {
namespace {

using base::Error;

/// The object's path, or the error that says why there is none.
std::string find(Machine& machine, const std::string& name) {
    bus::Connection connection = machine.connect();
    const bus::Message question =
        connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "FindAccount");
    bus::Writer(question.get()).text(name);
    const bus::Message answer = connection.call(question, base::Milliseconds(0));
    return bus::Reader(answer.get()).object_path();
}

TEST(AMachine, MakesAccountsThatAreStillThereAfterItWasKilled) {
    Machine machine;
    const MachineAccount account = machine.create_account("ana", canary::password);
    EXPECT_EQ(account.uid, 30000U);
    machine.kill();
    machine.start();
    EXPECT_EQ(find(machine, "ana"), account.path);
    EXPECT_THROW((void)find(machine, "ben"), Error);
}

TEST(AMachine, StopsWhenItIsTold) {
    Machine machine;
    const Outcome outcome = machine.stop();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
}

TEST(AMachine, StartsPluginsAgainThatDieAndNotThoseItStopped) {
    Machine machine;
    const auto before = machine.plugins().pid("lockout");
    machine.plugins().signal("lockout", SIGKILL);
    EXPECT_TRUE(eventually([&] { return machine.plugins().restarts("lockout") == 1; }));
    machine.plugins().start("lockout"); // returns when it listens again
    EXPECT_NE(machine.plugins().pid("lockout"), before);
    machine.plugins().stop("lockout");
    EXPECT_EQ(machine.plugins().pid("lockout"), std::nullopt);
}

TEST(AMachine, SaysWhatTheDaemonSaidWhenItDoesNotStart) {
    try {
        const Machine machine({.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent"}});
        ADD_FAILURE() << "started";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("cannot connect to the system bus"));
    }
}

TEST(AMachine, KeepsItsSecretsOutOfItsFolderAndItsLog) {
    Machine machine;
    (void)machine.create_account("ana", canary::password);
    (void)machine.stop();
    EXPECT_THAT(find_canaries_in_folder(machine.store_folder()), ::testing::IsEmpty());
    EXPECT_THAT(find_canaries(machine.log()), ::testing::IsEmpty());
}

} // namespace
} // namespace loquet::tests
