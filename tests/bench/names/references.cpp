// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/references.h"

#include <stdexcept>

namespace loquet::bench {

std::vector<Reference> read_references(const std::vector<std::string>& words, std::size_t begin) {
    if (begin > words.size() || (words.size() - begin) % 3 != 0) {
        throw std::invalid_argument("a reference is LIBRARY LABEL MOST");
    }
    std::vector<Reference> references;
    for (std::size_t i = begin; i < words.size(); i += 3) {
        const std::string& most = words[i + 2];
        references.push_back({words[i], words[i + 1], most == "-" ? Target{} : at_most(std::stod(most))});
    }
    return references;
}

void print_rows(const Row& ours, const std::vector<Reference>& references) {
    for (const Reference& reference : references) {
        Row row = ours;
        row.against = reference.label;
        row.reference = reference.figures;
        row.ratio = row.figure / row.reference;
        row.target = reference.target;
        row.print();
    }
    if (references.empty()) {
        ours.print();
    }
}

} // namespace loquet::bench
