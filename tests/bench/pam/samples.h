// SPDX-License-Identifier: LGPL-2.1-or-later
// Times of one kind of work, and the line that tells them. One thread.
#pragma once

#include "tests/bench/rounds.h"

#include <string>
#include <vector>

namespace loquet::bench {

class Samples {
public:
    explicit Samples(std::string name) : name_(std::move(name)) {}

    template <class Work>
    void time(Work work) {
        add(microseconds(work));
    }
    void add(double microseconds) { times_.push_back(microseconds); }
    [[nodiscard]] double median() const;
    /// "NAME: min MEDIAN max", or one line of JSON with the keys name, min, median, max (microseconds) and count.
    void print(bool json) const;

private:
    [[nodiscard]] std::vector<double> sorted() const;

    std::string name_;
    std::vector<double> times_;
};

} // namespace loquet::bench
