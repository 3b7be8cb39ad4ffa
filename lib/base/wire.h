// SPDX-License-Identifier: LGPL-2.1-or-later
// A small, bounded binary form: little-endian integers, and byte strings with a 32-bit length in front. It carries
// secrets, so every buffer wipes itself. The reader trusts nothing: what does not fit is an Error of kind `invalid`.
#pragma once

#include "lib/base/secret.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace loquet::base {

class WireWriter {
public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void text(std::string_view value);
    void bytes(std::span<const std::uint8_t> value);

    [[nodiscard]] std::span<const std::uint8_t> view() const noexcept { return bytes_; }
    [[nodiscard]] SecureBytes take() noexcept { return std::move(bytes_); }

private:
    SecureBytes bytes_;
};

/// Views into the buffer it was given, which must outlive it and what it returns.
class WireReader {
public:
    explicit WireReader(std::span<const std::uint8_t> bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] std::uint8_t u8();
    [[nodiscard]] std::uint32_t u32();
    [[nodiscard]] std::uint64_t u64();
    [[nodiscard]] std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    /// At most `limit` bytes; longer is an Error.
    [[nodiscard]] std::string_view text(std::size_t limit);
    [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t limit);
    /// A number of following items, at most `limit`.
    [[nodiscard]] std::size_t count(std::size_t limit);

    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    /// Throws unless everything was read: left-over bytes mean that the two sides disagree.
    void expect_end() const;

private:
    [[nodiscard]] std::span<const std::uint8_t> take(std::size_t size);
    std::span<const std::uint8_t> rest_;
};

} // namespace loquet::base
