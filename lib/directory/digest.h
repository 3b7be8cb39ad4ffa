// SPDX-License-Identifier: LGPL-2.1-or-later
// The digests of a directory image: XXH3, 64 bits. They find keys and find damage; they keep no secret and stop
// nobody who can write the file. No heap, no exception. Any thread.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loquet::directory {

[[nodiscard]] inline std::uint64_t digest(const void* bytes, std::size_t size, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(bytes, size, seed);
}

[[nodiscard]] inline std::uint64_t digest(const void* bytes, std::size_t size) noexcept {
    return XXH3_64bits(bytes, size);
}

[[nodiscard]] inline std::uint64_t key_digest(std::string_view name, std::uint64_t seed) noexcept {
    return digest(name.data(), name.size(), seed);
}

[[nodiscard]] inline std::uint64_t key_digest(std::uint32_t id, std::uint64_t seed) noexcept {
    return digest(&id, sizeof id, seed);
}

/// Of a record at `offset` of the image `identity`: what its field `check` must say. `bytes` is the whole record.
/// Identity and offset come in behind: with a seed, XXH3 would derive a secret anew for each record above 240 bytes.
[[nodiscard]] inline std::uint32_t record_check(const void* record, std::size_t bytes, std::uint64_t offset,
                                                std::uint64_t identity) noexcept {
    constexpr std::size_t before = sizeof(std::uint32_t); // the field itself
    constexpr std::uint64_t odd_number = 0x9E3779B97F4A7C15;
    const std::uint64_t content = digest(static_cast<const std::byte*>(record) + before, bytes - before);
    return static_cast<std::uint32_t>(((content ^ identity ^ offset) * odd_number) >> 32U);
}

/// Which of `buckets` a key of this digest belongs into.
[[nodiscard]] inline std::uint64_t bucket_of(std::uint64_t key, std::uint64_t buckets) noexcept {
    return ((key >> 32U) * buckets) >> 32U; // both factors are below 2^32
}

[[nodiscard]] inline std::uint32_t tag_of(std::uint64_t key) noexcept {
    return static_cast<std::uint32_t>(key);
}

} // namespace loquet::directory
