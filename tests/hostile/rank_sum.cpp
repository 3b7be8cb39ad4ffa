// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/rank_sum.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace loquet::tests {

namespace {

struct Measured {
    double value;
    bool is_first;
};

struct Ranks {
    double first_sum = 0; ///< ranks of the first set, those of equal values shared
    double ties = 0;      ///< sum of t^3 - t over groups of t equal values
};

Ranks rank(std::vector<Measured> all) {
    std::sort(all.begin(), all.end(), [](const Measured& a, const Measured& b) { return a.value < b.value; });
    Ranks ranks;
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        std::size_t of_first = 0;
        for (; end < all.size() && all[end].value <= all[begin].value; ++end) {
            of_first += all[end].is_first ? 1 : 0;
        }
        const auto equal = static_cast<double>(end - begin);
        ranks.first_sum += static_cast<double>(of_first) * (static_cast<double>(begin + end + 1) / 2);
        ranks.ties += equal * equal * equal - equal;
        begin = end;
    }
    return ranks;
}

} // namespace

double chance_of_one_source(const std::vector<double>& some, const std::vector<double>& others) {
    std::vector<Measured> all;
    all.reserve(some.size() + others.size());
    for (const double value : some) {
        all.push_back({value, true});
    }
    for (const double value : others) {
        all.push_back({value, false});
    }
    const Ranks ranks = rank(all);
    const auto n = static_cast<double>(some.size());
    const auto m = static_cast<double>(others.size());
    const double u = ranks.first_sum - n * (n + 1) / 2;
    const double variance = n * m / 12 * (n + m + 1 - ranks.ties / std::max((n + m) * (n + m - 1), 1.0));
    if (variance <= 0) {
        return 1;
    }
    const double distance = std::max(std::abs(u - n * m / 2) - 0.5, 0.0);
    return std::erfc(distance / std::sqrt(variance) / std::numbers::sqrt2);
}

} // namespace loquet::tests
