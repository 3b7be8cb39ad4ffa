// SPDX-License-Identifier: LGPL-2.1-or-later
// What a factor keeps of a code: memory that is wiped, HMAC (RFC 2104) by OpenSSL, and the code as people type it. A
// code that is too short to be hashed otherwise is kept as a hash under the account's own key, which is stored nowhere.
// One thread at a time.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace loquet::factor {

/// For what a factor must not leave behind: seeds, codes, keys. Every block is wiped before it is given back.
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

enum class Digest : unsigned char { sha1 = 1, sha256 = 2, sha512 = 3 };

constexpr std::size_t key_bytes = 32;  ///< of loquet_step_request.key
constexpr std::size_t salt_bytes = 16; ///< enough that no two codes ever share one
constexpr std::size_t hash_bytes = 32;

using Salt = std::array<char, salt_bytes>;
using Hash = std::array<char, hash_bytes>;

/// To be called by the constructor of a plugin: OpenSSL loads what it needs, without its configuration file, while
/// files may still be opened.
void prepare_hashing();

[[nodiscard]] SecureBytes hmac(Digest digest, std::string_view key, std::string_view message);

/// HMAC-SHA-256 of salt and code. Throws where the key has not key_bytes bytes.
[[nodiscard]] Hash keyed_hash(std::string_view key, const Salt& salt, std::string_view code);

/// Compares in a time that does not tell where the difference is. Different lengths differ at once.
[[nodiscard]] bool same(std::string_view a, std::string_view b) noexcept;

inline std::string_view view(const Hash& hash) {
    return {hash.data(), hash.size()};
}
inline std::string_view view(const Salt& salt) {
    return {salt.data(), salt.size()};
}

/// What was typed without spaces, tabs, no-break spaces and hyphens, its letters a-z in upper case. Whatever else is in
/// it stays, so that it is equal to no code.
[[nodiscard]] SecureBytes compact(std::string_view typed);

} // namespace loquet::factor
