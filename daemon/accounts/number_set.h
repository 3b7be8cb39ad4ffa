// SPDX-License-Identifier: LGPL-2.1-or-later
// A set of numbers that is filled in batches and walked in order: four bytes each. Plain value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace loquet::accounts {

class NumberSet {
public:
    void add(std::span<const std::uint32_t> numbers) {
        std::vector<std::uint32_t> added(numbers.begin(), numbers.end());
        std::sort(added.begin(), added.end());
        added.erase(std::unique(added.begin(), added.end()), added.end());
        std::vector<std::uint32_t> all;
        all.reserve(numbers_.size() + added.size());
        std::set_union(numbers_.begin(), numbers_.end(), added.begin(), added.end(), std::back_inserter(all));
        numbers_ = std::move(all);
    }

    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
    /// Ascending.
    [[nodiscard]] std::span<const std::uint32_t> numbers() const noexcept { return numbers_; }

private:
    std::vector<std::uint32_t> numbers_;
};

} // namespace loquet::accounts
