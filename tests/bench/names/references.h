// SPDX-License-Identifier: LGPL-2.1-or-later
// What one thing is compared with, as the command lines of the names' benchmarks say it: three words each, the library,
// how the table calls it, and the most that the ratio may be ("-": no target).
#pragma once

#include "tests/bench/row.h"

#include <cstddef>
#include <string>
#include <vector>

namespace loquet::bench {

struct Reference {
    std::string library;
    std::string label;
    Target target;
    Rounds figures{};
};

/// The words from `begin` on. Throws std::invalid_argument where some are missing.
std::vector<Reference> read_references(const std::vector<std::string>& words, std::size_t begin);

/// A row for each reference; one without any where there is none.
void print_rows(const Row& ours, const std::vector<Reference>& references);

} // namespace loquet::bench
