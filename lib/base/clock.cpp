// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/clock.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

namespace loquet::base {

namespace {

Milliseconds read_clock(clockid_t id) {
    timespec now{};
    ::clock_gettime(id, &now);
    return std::chrono::duration_cast<Milliseconds>(std::chrono::seconds(now.tv_sec)
                                                    + std::chrono::nanoseconds(now.tv_nsec));
}

} // namespace

SystemClock::SystemClock() {
    const std::string text = read_file("/proc/sys/kernel/random/boot_id", 128);
    std::copy_if(text.begin(), text.end(), std::back_inserter(boot_id_),
                 [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (boot_id_.size() != 32) {
        throw Error(Error::Kind::unavailable, "the kernel gives no boot id: is /proc mounted?");
    }
}

Milliseconds SystemClock::wall() const {
    return read_clock(CLOCK_REALTIME);
}
Milliseconds SystemClock::boottime() const {
    return read_clock(CLOCK_BOOTTIME);
}

std::string rfc3339(Milliseconds wall) {
    const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
    std::tm broken_down{};
    ::gmtime_r(&seconds, &broken_down);
    std::array<char, 40> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &broken_down);
    return {text.data(), length};
}

} // namespace loquet::base
