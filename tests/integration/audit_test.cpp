// SPDX-License-Identifier: LGPL-2.1-or-later
// A log that is longer than the daemon looks at in one go.
#include "tests/hostile/helpdesk.h"
#include "tests/support/machine.h"

#include <gtest/gtest.h>

namespace loquet::tests {

namespace {

TEST(AnAuditLog, OfManySlicesIsProvedToItsEnd) {
    Machine machine;
    const MachineAccount account = machine.create_account("anna", "");
    bus::Connection connection = machine.connect();
    constexpr int times = 1100; // each is a record or two, and 1000 make a slice
    for (int i = 0; i < times; ++i) {
        lock(connection, account.path);
        unlock(connection, account.path);
    }
    const bus::Message question =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "VerifyAudit");
    const bus::Message answer = connection.call(question, base::Milliseconds(0));
    bus::Reader reader(answer.get());
    EXPECT_TRUE(reader.boolean());
    EXPECT_EQ(reader.u64(), read_audit(connection).size());
    EXPECT_GT(read_audit(connection).size(), 2U * times);
}

} // namespace

} // namespace loquet::tests
