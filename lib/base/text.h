// SPDX-License-Identifier: LGPL-2.1-or-later
// UTF-8 and what may be shown. Any thread; nothing here keeps state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loquet::base {

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The next code point of `text` from `at`, which is moved past it; nothing at the end or where the text is not UTF-8.
[[nodiscard]] std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) noexcept;

/// Safe for a terminal, a log and a table: control characters (C0, DEL, C1), bidirectional controls (U+202A..E,
/// U+2066..9, U+200E, U+200F, U+061C), line and paragraph separators, and bytes that are not UTF-8 become \xNN or
/// \u{NNNN}. The result has at most `limit` bytes, though what is written out is longer than what it stands for; where
/// there was more it ends with "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 1024);

/// True where printable() would change nothing (apart from the limit).
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

[[nodiscard]] std::string lower_ascii(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

/// As bytes for hashing, sealing and writing.
[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// `said` with "***" in place of `address`, a mail address or an E.164 number: in any case of letters, the part before
/// the "@" alone too where it is a word of at least 3 characters, and a number in any notation that ends with its last
/// 8 digits ("33612345678", "0612345678").
[[nodiscard]] std::string without_address(std::string_view said, std::string_view address);

} // namespace loquet::base
