// SPDX-License-Identifier: LGPL-2.1-or-later
// One line of the table that scripts/bench prints: what was measured, against what, and what is to be reached. Every
// benchmark prints its rows with this, one JSON object a line, on standard output. One thread.
#pragma once

#include "tests/bench/rounds.h"

#include <string>

namespace loquet::bench {

/// What the median has to be: of the ratio where there is one, of the figure otherwise.
struct Target {
    enum class Kind { none, at_most, at_least, about };
    Kind kind = Kind::none;
    double value = 0;
    double tolerance = 0; ///< of `about`

    [[nodiscard]] bool reached(double median) const;
    [[nodiscard]] std::string text() const;
};

inline Target at_most(double value) {
    return {Target::Kind::at_most, value, 0};
}
inline Target at_least(double value) {
    return {Target::Kind::at_least, value, 0};
}
inline Target about(double value, double tolerance) {
    return {Target::Kind::about, value, tolerance};
}

struct Row {
    std::string row;  ///< of docs/performance.md: "P7"
    std::string what; ///< in a few words
    std::string unit; ///< of the figure and of the reference
    Rounds figure;
    std::string against{}; ///< floor or peer, measured in the same rounds; empty where there is none
    Rounds reference{};
    Rounds ratio{};
    Target target{};

    void print() const;
};

} // namespace loquet::bench
