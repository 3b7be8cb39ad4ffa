// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory for what a factor must not leave behind: seeds, codes, keys. Every block is wiped before it is given back.
#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace loquet::factor {

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {} // NOLINT(google-explicit-constructor): allocator rebind
    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* p, std::size_t n) noexcept {
        OPENSSL_cleanse(p, n * sizeof(T));
        std::allocator<T>().deallocate(p, n);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
};

/// Bytes or text, never in place of the object itself as a short std::string is.
using SecureBytes = std::vector<char, WipingAllocator<char>>;

inline std::string_view view(const SecureBytes& bytes) {
    return {bytes.data(), bytes.size()};
}

} // namespace loquet::factor
