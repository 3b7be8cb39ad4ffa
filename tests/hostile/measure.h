// SPDX-License-Identifier: LGPL-2.1-or-later
// Times of what is to take the same time for everybody, and whether somebody who measures them can tell kinds apart.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace loquet::tests {

inline constexpr std::size_t warm_up = 8; ///< rounds that do not count

using Measure = std::function<void(std::size_t round)>;

[[nodiscard]] double microseconds_of(const std::function<void()>& measured);
[[nodiscard]] double median(std::vector<double> times);

/// Of so many kinds, in an order drawn anew for each round: what slows the machine down for longer slows all alike.
void in_turns(std::size_t kinds, std::size_t rounds,
              const std::function<void(std::size_t kind, std::size_t round)>& visit);

/// The times of each kind, after a few rounds that warm everything up and do not count.
[[nodiscard]] std::vector<std::vector<double>> measure_in_turns(const std::vector<Measure>& kinds, std::size_t count);

struct Comparison {
    double least_chance = 1; ///< of all pairs
    double alpha = 0;        ///< below that, somebody who measures so can tell two kinds apart
    std::string figures;

    [[nodiscard]] bool tells_apart() const { return least_chance < alpha; }
};

/// Each pair of kinds, by the rank-sum test. Where nothing differs, at most one in a thousand runs of a test that makes
/// so many comparisons says that something does.
[[nodiscard]] Comparison compare(const std::vector<std::vector<double>>& times, std::size_t comparisons = 1);

} // namespace loquet::tests
