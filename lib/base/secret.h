// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory that forgets. A Secret is move-only, wiped when it dies, has no formatter and no comparison; reveal() is the
// word to search for in a review. Any thread, one owner at a time.
#pragma once

#include "loquet/secure.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace loquet::base {

// The one wiping buffer of plugins and library (sdk/include/loquet/secure.hpp).
using sdk::SecureBytes;
using sdk::wipe;
using sdk::WipingAllocator;

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
    explicit Secret(SecureBytes bytes) noexcept : bytes_(std::move(bytes)) {}
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() = default;

    /// Copies `source` and wipes it, for secrets that a foreign interface hands over in a std::string.
    static Secret take(std::string& source);

    [[nodiscard]] std::string_view reveal() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }
    [[nodiscard]] Secret clone() const { return Secret(SecureBytes(bytes_)); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

private:
    SecureBytes bytes_;
};

/// Compares without telling, by the time it takes, where the difference is. Different lengths differ at once.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) noexcept;

} // namespace loquet::base
