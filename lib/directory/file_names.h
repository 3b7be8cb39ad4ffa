// SPDX-License-Identifier: LGPL-2.1-or-later
// What the files in the directory's folder are called. No heap, no exception. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loquet::directory {

/// The file that readers open.
constexpr const char* current_file = "current";
constexpr std::string_view base_prefix = "base-";

/// "base-" and the identity in 16 hexadecimal digits.
class BaseFile {
public:
    constexpr explicit BaseFile(std::uint64_t identity) noexcept {
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        std::size_t at = base_prefix.copy(name_.data(), base_prefix.size());
        for (int shift = 60; shift >= 0; shift -= 4) {
            name_[at++] = hexadecimal[(identity >> static_cast<unsigned>(shift)) & 0xFU];
        }
    }
    [[nodiscard]] const char* c_str() const noexcept { return name_.data(); }
    [[nodiscard]] std::string_view text() const noexcept { return {name_.data(), name_.size() - 1}; }

private:
    std::array<char, base_prefix.size() + 16 + 1> name_{};
};

} // namespace loquet::directory
