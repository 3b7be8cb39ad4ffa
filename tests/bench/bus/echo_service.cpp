// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/bus/echo_service.h"

#include "lib/base/error.h"
#include "lib/bus/connection.h"
#include "tests/support/eventually.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>

namespace loquet::bench {

namespace {

int echo(sd_bus_message* call, void* /*self*/, sd_bus_error* /*error*/) {
    const char* text = nullptr;
    const int result = sd_bus_message_read(call, "s", &text);
    return result < 0 ? result : sd_bus_reply_method_return(call, "s", text);
}

constexpr sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_METHOD("Echo", "s", "s", echo, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

[[noreturn]] void serve(const std::string& address) {
    try {
        (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
        bus::Connection connection = bus::Connection::at(address);
        connection.add_object(echo_path, echo_name, vtable, nullptr);
        connection.own_name(echo_name);
        for (;;) {
            const int worked = bus::check(sd_bus_process(connection.raw(), nullptr), "cannot serve");
            if (worked == 0) {
                bus::check(sd_bus_wait(connection.raw(), UINT64_MAX), "cannot wait");
            }
        }
    } catch (const std::exception&) {
        ::_exit(1); // seen by the parent: the name has no owner
    }
}

bool is_there(bus::Connection& connection) {
    const bus::Message question =
        connection.method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner");
    bus::Writer(question.get()).text(echo_name);
    const bus::Message answer = connection.call(question, base::Milliseconds(0));
    return bus::Reader(answer.get()).boolean();
}

} // namespace

EchoService::EchoService(const std::string& address) : pid_(::fork()) {
    if (pid_ == 0) {
        serve(address);
    }
    bus::Connection connection = bus::Connection::at(address);
    if (!tests::eventually([&] { return is_there(connection); })) {
        throw base::Error(base::Error::Kind::unavailable, "the echo service does not come up");
    }
}

EchoService::~EchoService() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

} // namespace loquet::bench
