// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/private_bus.h"

#include "lib/base/error.h"
#include "tests/support/artifacts.h"

#include <exception>
#include <iostream>

namespace loquet::tests {

namespace {

std::string configuration(const std::string& address) {
    return R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>)"
           + address + R"(</listen>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
  <limit name="max_completed_connections">4096</limit>
  <limit name="max_connections_per_user">4096</limit>
  <limit name="max_pending_service_starts">64</limit>
  <limit name="max_replies_per_connection">65536</limit>
</busconfig>
)";
}

} // namespace

PrivateBus::PrivateBus(Capture capture) : address_("unix:path=" + folder_ / "bus"), wanted_(capture) {
    base::replace_file(folder_ / "bus.conf", configuration(address_), 0644);
    start();
}

PrivateBus::~PrivateBus() {
    try {
        stop();
    } catch (const std::exception& error) {
        std::cerr << "the capture of the bus is lost: " << error.what() << '\n';
    }
}

void PrivateBus::stop() {
    if (capture_) {
        keep_artifact("bus", capture_->end());
        capture_.reset();
    }
    daemon_.reset();
}

void PrivateBus::start() {
    daemon_ = std::make_unique<Process>(Command{
        {"dbus-daemon", "--config-file=" + folder_ / "bus.conf", "--nofork", "--nopidfile", "--print-address=1"},
        {},
        {}});
    const bool ready = eventually([this] { return !daemon_->output().empty() || !daemon_->running(); });
    if (!ready || !daemon_->running()) {
        throw base::Error(base::Error::Kind::unavailable, "dbus-daemon did not start: " + daemon_->errors());
    }
    if (wanted_ == Capture::kept && artifacts_folder("bus")) {
        capture_ = std::make_unique<BusCapture>(address_);
    }
}

} // namespace loquet::tests
