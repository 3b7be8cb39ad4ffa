// SPDX-License-Identifier: MIT
// Memory for secrets (passwords, codes, seeds, keys), which is overwritten before it is given back; C++17, header only,
// optional. The overwriting is explicit_bzero(3) of the C library (glibc 2.25, musl, the BSDs), which no compiler
// leaves out. Any thread, one owner at a time.
//
// What it does not do: the memory may be swapped out and may be in a core dump (the host of a plugin makes none), and a
// value that is copied elsewhere, into a std::string or an argument, stays there until somebody wipes it.
#ifndef LOQUET_SECURE_HPP
#define LOQUET_SECURE_HPP

#include <string.h> // explicit_bzero

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::sdk {

/// Overwrites `size` bytes; `data` may be null where `size` is 0.
inline void wipe(void* data, std::size_t size) noexcept {
    if (size != 0) {
        ::explicit_bzero(data, size);
    }
}

/// Overwrites `secret`, with what a longer text left behind it, and empties it. A std::string that grows leaves copies:
/// reserve() before the first character is written, or use SecureText.
inline void wipe(std::string& secret) noexcept {
    secret.resize(secret.capacity());
    wipe(secret.data(), secret.size());
    secret.clear();
}

/// For containers that keep all they hold on the heap: each block is wiped when it is given back, also when the
/// container grows. Not for std::string, which keeps a short text in the object itself.
template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {} // NOLINT(google-explicit-constructor): allocator rebind
    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* block, std::size_t n) noexcept {
        wipe(block, n * sizeof(T));
        std::allocator<T>().deallocate(block, n);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) noexcept { return true; }
    friend bool operator!=(const WipingAllocator&, const WipingAllocator&) noexcept { return false; }
};

/// A buffer of bytes, and one of characters, that may hold secrets. Elements are wiped with the block: clear() and
/// resize() leave them in it until then.
using SecureBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;
using SecureText = std::vector<char, WipingAllocator<char>>;

/// What it holds; borrowed.
inline std::string_view view(const SecureBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string_view view(const SecureText& text) {
    return {text.data(), text.size()};
}

} // namespace loquet::sdk

#endif
