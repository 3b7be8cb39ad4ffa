// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/row.h"

#include <cmath>
#include <cstdio>

namespace loquet::bench {

namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

/// Our own words only: no quotes or backslashes are in them.
std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string three(const Rounds& rounds) {
    if (rounds.empty()) {
        return "null";
    }
    return "[" + number(rounds.least()) + ", " + number(rounds.median()) + ", " + number(rounds.most()) + "]";
}

} // namespace

bool Target::reached(double median) const {
    switch (kind) {
    case Kind::at_most:
        return median <= value;
    case Kind::at_least:
        return median >= value;
    case Kind::about:
        return std::abs(median - value) <= tolerance;
    case Kind::none:
        break;
    }
    return true;
}

std::string Target::text() const {
    switch (kind) {
    case Kind::at_most:
        return "<= " + number(value);
    case Kind::at_least:
        return ">= " + number(value);
    case Kind::about:
        return number(value) + " +- " + number(tolerance);
    case Kind::none:
        break;
    }
    return "";
}

void Row::print() const {
    const double judged = (ratio.empty() ? figure : ratio).median();
    const char* reached = target.reached(judged) ? "true" : "false";
    std::printf("{\"row\": %s, \"what\": %s, \"unit\": %s, \"figure\": %s, \"against\": %s, \"reference\": %s, "
                "\"ratio\": %s, \"target\": %s, \"reached\": %s}\n",
                quoted(row).c_str(), quoted(what).c_str(), quoted(unit).c_str(), three(figure).c_str(),
                quoted(against).c_str(), three(reference).c_str(), three(ratio).c_str(), quoted(target.text()).c_str(),
                target.kind == Target::Kind::none ? "null" : reached);
    std::fflush(stdout);
}

} // namespace loquet::bench
