// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/api/callers_test.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace loquet::tests {

namespace {

/// From now on, for this thread alone: setresuid(2) of the C library would change them all.
void become(std::uint32_t uid) {
    bus::check(::syscall(SYS_setresuid, -1, uid, -1) == 0 ? 0 : -errno, "cannot change the user");
}

} // namespace

CallersTest::CallersTest(MachineOptions options) : machine_(std::move(options)) {
    // The socket is for everybody; the folder around it is the test's own.
    const std::string path = machine_.bus().address().substr(std::string_view("unix:path=").size());
    std::filesystem::permissions(std::filesystem::path(path).parent_path(),
                                 std::filesystem::perms::group_exec | std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
}

bus::Connection CallersTest::connect_as(std::uint32_t uid) const {
    become(uid);
    std::optional<bus::Connection> connection;
    try {
        connection = machine_.connect();
    } catch (...) {
        become(0);
        throw;
    }
    become(0);
    return std::move(*connection);
}

bus::Message CallersTest::list_accounts(bus::Connection& connection, bool may_interact) {
    bus::Message message = manager_call(connection, "ListAccounts");
    bus::Writer(message.get()).text("").u32(10).dictionary([] {});
    bus::check(sd_bus_message_set_allow_interactive_authorization(message.get(), may_interact ? 1 : 0),
               "cannot allow a question");
    return message;
}

std::string CallersTest::error_name(bus::Connection& connection, const bus::Message& message) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    const int result = sd_bus_call(connection.raw(), message.get(), base::microseconds(call_timeout), &error, nullptr);
    std::string name = result < 0 && error.name != nullptr ? error.name : "";
    sd_bus_error_free(&error);
    return name;
}

std::string CallersTest::name_of(bus::Connection& connection) {
    const char* name = nullptr;
    bus::check(sd_bus_get_unique_name(connection.raw(), &name), "no name");
    return name;
}

} // namespace loquet::tests
