// SPDX-License-Identifier: LGPL-2.1-or-later
// HMAC (RFC 2104) by OpenSSL, and what it is for here: a code that is too short to be hashed otherwise is kept as a
// hash under the account's own key, which is stored nowhere. And the code as people type it. One thread at a time.
#pragma once

#include <loquet/secure.hpp>

#include <array>
#include <string_view>

namespace loquet::factor {

enum class Digest : unsigned char { sha1 = 1, sha256 = 2, sha512 = 3 };

constexpr std::size_t key_bytes = 32;  ///< of loquet_step_request.key
constexpr std::size_t salt_bytes = 16; ///< enough that no two codes ever share one
constexpr std::size_t hash_bytes = 32;

using Salt = std::array<char, salt_bytes>;
using Hash = std::array<char, hash_bytes>;

/// To be called by the constructor of a plugin: OpenSSL loads what it needs, without its configuration file, while
/// files may still be opened.
void prepare_hashing();

[[nodiscard]] sdk::SecureText hmac(Digest digest, std::string_view key, std::string_view message);

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

/// A code as people type it, copied from a screen in groups, with blanks, hyphens and the shift key pressed or not:
/// what was typed without spaces, tabs, no-break spaces and hyphens, its letters a-z in upper case. Whatever else is in
/// it stays, so that it is equal to no code.
[[nodiscard]] sdk::SecureText compact(std::string_view typed);

} // namespace loquet::factor
