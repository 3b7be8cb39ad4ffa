// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/samples.h"

#include <algorithm>
#include <cstdio>

namespace loquet::bench {

std::vector<double> Samples::sorted() const {
    std::vector<double> times = times_;
    std::sort(times.begin(), times.end());
    return times;
}

double Samples::median() const {
    const auto times = sorted();
    return times.empty() ? 0 : times[times.size() / 2];
}

void Samples::print(bool json) const {
    const auto times = sorted();
    if (times.empty()) {
        return;
    }
    const char* format = json ? "{\"name\": \"%s\", \"min\": %.1f, \"median\": %.1f, \"max\": %.1f, \"count\": %zu}\n"
                              : "%-44s min %10.1f  median %10.1f  max %10.1f us  (%zu)\n";
    std::printf(format, name_.c_str(), times.front(), median(), times.back(), times.size()); // NOLINT(cert-dcl50-cpp)
}

} // namespace loquet::bench
