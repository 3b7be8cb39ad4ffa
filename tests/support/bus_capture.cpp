// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/bus_capture.h"

#include "lib/base/error.h"
#include "lib/bus/connection.h"

#include <csignal>
#include <utility>

namespace loquet::tests {

namespace {

constexpr const char* last_message = "org.loquet.tests.TheCaptureEndsHere";

} // namespace

BusCapture::BusCapture(std::string address)
    : address_(std::move(address)), monitor_(Command{{"dbus-monitor", "--binary", "--address", address_}, {}, {}}) {
    // The first that a monitor sees is that it has become one.
    if (!eventually([this] { return !monitor_.output().empty() || !monitor_.running(); }) || !monitor_.running()) {
        throw base::Error(base::Error::Kind::unavailable, "dbus-monitor did not start: " + monitor_.errors());
    }
}

std::string BusCapture::end() {
    if (monitor_.running()) {
        bus::Connection connection = bus::Connection::at(address_);
        const bus::Message message = connection.method_call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                            "org.freedesktop.DBus", "NameHasOwner");
        bus::Writer(message.get()).text(last_message);
        (void)connection.call(message, base::Milliseconds(0));
        (void)eventually([this] { return monitor_.output().find(last_message) != std::string::npos; });
        monitor_.signal(SIGTERM);
        (void)monitor_.wait();
    }
    return monitor_.output();
}

} // namespace loquet::tests
