// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/private_bus.h"

#include "lib/base/error.h"
#include "paths.h"
#include "tests/support/artifacts.h"

#include <unistd.h>

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
  <include>)"
           + std::string(LOQUET_SOURCE_DIR) + R"(/etc/dbus/org.loquet.Auth1.conf</include>
  <limit name="max_completed_connections">4096</limit>
  <limit name="max_connections_per_user">4096</limit>
  <limit name="max_pending_service_starts">64</limit>
  <limit name="max_replies_per_connection">65536</limit>
</busconfig>
)";
}

/// The bus turns away whom the name service does not know; it knows the machine's users and a test's first accounts.
constexpr std::uint32_t first_account = 30000;
constexpr std::uint32_t accounts = 64;
constexpr std::size_t largest_user_file = 1 << 20;

std::string users() {
    std::string lines = base::read_file("/etc/passwd", largest_user_file);
    // Who runs the test is the service's user of the shipped policy, where the machine has none of that name.
    const std::string own = std::to_string(::geteuid());
    lines += "loquet:x:" + own + ":" + own + "::/:/bin/sh\n";
    for (std::uint32_t uid = first_account; uid < first_account + accounts; ++uid) {
        const std::string number = std::to_string(uid);
        lines += "account" + number + ":x:" + number + ":" + number + "::/:/bin/sh\n";
    }
    return lines;
}

} // namespace

PrivateBus::PrivateBus(Capture capture) : address_("unix:path=" + folder_ / "bus"), wanted_(capture) {
    base::replace_file(folder_ / "bus.conf", configuration(address_), 0644);
    base::replace_file(folder_ / "passwd", users(), 0644);
    base::replace_file(folder_ / "group", base::read_file("/etc/group", largest_user_file), 0644);
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
        {"LD_PRELOAD=libnss_wrapper.so", "NSS_WRAPPER_PASSWD=" + folder_ / "passwd",
         "NSS_WRAPPER_GROUP=" + folder_ / "group"},
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
