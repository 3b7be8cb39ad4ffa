// SPDX-License-Identifier: LGPL-2.1-or-later
// Rounds of figures, and how they are printed. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
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
    void add(double figure) {
        figures_.push_back(figure);
        std::sort(figures_.begin(), figures_.end());
    }
    [[nodiscard]] double least() const { return figures_.front(); }
    [[nodiscard]] double median() const { return figures_[figures_.size() / 2]; }
    [[nodiscard]] double most() const { return figures_.back(); }
    void print(const std::string& row, const char* unit) const {
        std::printf("%-58s %9.2f %9.2f %9.2f %s\n", row.c_str(), least(), median(), most(), unit);
    }

private:
    std::vector<double> figures_;
};

inline void print_ratio(const std::string& row, double ratio, const char* target) {
    std::printf("%-58s %29.2f (%s)\n", row.c_str(), ratio, target);
}

} // namespace loquet::bench
