// SPDX-License-Identifier: LGPL-2.1-or-later
// A set of numbers that is filled in batches and walked in order: four bytes each. Plain value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace loquet::accounts {

class NumberSet {
public:
    void add(std::span<const std::uint32_t> numbers) {
        const auto before = static_cast<std::ptrdiff_t>(numbers_.size());
        numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
        std::sort(numbers_.begin() + before, numbers_.end());
        std::inplace_merge(numbers_.begin(), numbers_.begin() + before, numbers_.end());
        numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
    }

    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
    /// Ascending.
    [[nodiscard]] std::span<const std::uint32_t> numbers() const noexcept { return numbers_; }

private:
    std::vector<std::uint32_t> numbers_;
};

} // namespace loquet::accounts
