// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything that travels on a bus, byte for byte, from its beginning to its end: a real monitor (dbus-monitor) that
// keeps the messages of all others. One thread.
#pragma once

#include "tests/support/process.h"

#include <string>

namespace loquet::tests {

class BusCapture {
public:
    /// Every message from here on is in the capture.
    explicit BusCapture(std::string address);

    /// All messages that were sent before this call; ends the capture.
    [[nodiscard]] std::string end();

private:
    std::string address_;
    Process monitor_;
};

} // namespace loquet::tests
