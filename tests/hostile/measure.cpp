// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/measure.h"

#include "tests/hostile/rank_sum.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>

namespace loquet::tests {

namespace {

constexpr double false_alarms = 0.001;

} // namespace

double microseconds_of(const std::function<void()>& measured) {
    const auto begun = std::chrono::steady_clock::now();
    measured();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count();
}

double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

void in_turns(std::size_t kinds, std::size_t rounds,
              const std::function<void(std::size_t kind, std::size_t round)>& visit) {
    std::mt19937 random(std::random_device{}());
    std::vector<std::size_t> order(kinds);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t round = 0; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t kind : order) {
            visit(kind, round);
        }
    }
}

std::vector<std::vector<double>> measure_in_turns(const std::vector<Measure>& kinds, std::size_t count) {
    std::vector<std::vector<double>> times(kinds.size());
    in_turns(kinds.size(), warm_up + count, [&](std::size_t kind, std::size_t round) {
        const double took = microseconds_of([&] { kinds[kind](round); });
        if (round >= warm_up) {
            times[kind].push_back(took);
        }
    });
    return times;
}

Comparison compare(const std::vector<std::vector<double>>& times, std::size_t comparisons) {
    Comparison all;
    const std::size_t pairs = times.size() * (times.size() - 1) / 2;
    all.alpha = false_alarms / static_cast<double>(pairs * comparisons);
    for (std::size_t one = 0; one < times.size(); ++one) {
        all.figures += "median " + std::to_string(median(times[one])) + " us;";
        for (std::size_t other = 0; other < one; ++other) {
            const double chance = chance_of_one_source(times[one], times[other]);
            all.figures += " p against kind " + std::to_string(other) + ": " + std::to_string(chance) + ";";
            all.least_chance = std::min(all.least_chance, chance);
        }
        all.figures += "\n";
    }
    return all;
}

} // namespace loquet::tests
