// SPDX-License-Identifier: LGPL-2.1-or-later
// The figures of interleaved rounds: what one thing took in each. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace loquet::bench {

/// Microseconds that `work` takes.
template <class Work>
double microseconds(Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

class Rounds {
public:
    void add(double figure) { figures_.push_back(figure); }

    /// Takes the time of `work`, in microseconds.
    template <class Work>
    void time(Work work) {
        add(microseconds(work));
    }

    [[nodiscard]] bool empty() const { return figures_.empty(); }
    /// Of an empty one there are none of these.
    [[nodiscard]] double least() const { return *std::min_element(figures_.begin(), figures_.end()); }
    [[nodiscard]] double most() const { return *std::max_element(figures_.begin(), figures_.end()); }
    [[nodiscard]] double median() const {
        std::vector<double> sorted = figures_;
        std::sort(sorted.begin(), sorted.end());
        return sorted[sorted.size() / 2];
    }

    /// Round by round, so that what slows a whole round down does not show in the result.
    friend Rounds operator/(const Rounds& one, const Rounds& other) {
        return combine(one, other, [](double a, double b) { return a / b; });
    }
    friend Rounds operator-(const Rounds& one, const Rounds& other) {
        return combine(one, other, [](double a, double b) { return a - b; });
    }

private:
    template <class Operation>
    static Rounds combine(const Rounds& one, const Rounds& other, Operation operation) {
        Rounds result;
        for (std::size_t i = 0; i < std::min(one.figures_.size(), other.figures_.size()); ++i) {
            result.add(operation(one.figures_[i], other.figures_[i]));
        }
        return result;
    }

    std::vector<double> figures_; ///< in the order of the rounds
};

} // namespace loquet::bench
