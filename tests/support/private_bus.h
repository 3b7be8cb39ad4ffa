// SPDX-License-Identifier: LGPL-2.1-or-later
// A bus that only the test and its programs know: a real dbus-daemon with the system bus's way of knowing callers
// (EXTERNAL), and for org.loquet.Auth1 the policy that ships; for all else one that allows everything. Its callers are
// the machine's users and the accounts from UID 30000 on, which libnss_wrapper makes known to it. All that travels on
// it is kept for the search for secrets (artifacts.h). One thread.
#pragma once

#include "tests/support/bus_capture.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

#include <memory>
#include <string>

namespace loquet::tests {

class PrivateBus {
public:
    enum class Capture { kept, none }; ///< none: for those who show what a naive program would send

    /// Ready for connections when this returns.
    explicit PrivateBus(Capture capture = Capture::kept);
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    /// "DBUS_SYSTEM_BUS_ADDRESS=...", for the environment of a program.
    [[nodiscard]] std::string variable() const { return "DBUS_SYSTEM_BUS_ADDRESS=" + address_; }

    /// The bus goes away under everybody who is connected, and comes back under the same address.
    void stop();
    void start();

private:
    TempFolder folder_;
    std::string address_;
    Capture wanted_;
    std::unique_ptr<Process> daemon_;
    std::unique_ptr<BusCapture> capture_;
};

} // namespace loquet::tests
