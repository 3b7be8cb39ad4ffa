// SPDX-License-Identifier: LGPL-2.1-or-later
// One description of a message's fields serves both directions: FieldWriter writes a const value, FieldReader fills
// one, and both hold to the same limits and alphabets. Used by plugin_wire.cpp and plugin_fields.h alone. Any thread.
#pragma once

#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::protocol::detail {

enum class Alphabet : std::uint8_t {
    utf8,      ///< text that is only compared or measured
    shown,     ///< text for a person or a log: printable
    lines,     ///< printable text of several lines, each but the last with \n at its end
    address,   ///< printable ASCII without spaces
    name,      ///< [a-z0-9_.-]
    lower_name ///< [a-z_]
};

/// Each line by itself: a sequence of UTF-8 that goes on over the end of a line is none.
[[nodiscard]] inline bool are_printable_lines(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        if (!base::is_printable(line)) {
            return false;
        }
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return true;
}

[[nodiscard]] inline bool is_written_in(Alphabet alphabet, std::string_view text) noexcept {
    const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    switch (alphabet) {
    case Alphabet::utf8:
        return base::is_utf8(text);
    case Alphabet::shown:
        return base::is_printable(text);
    case Alphabet::lines:
        return are_printable_lines(text);
    case Alphabet::address:
        return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
    case Alphabet::name:
        return std::ranges::all_of(
            text, [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
    case Alphabet::lower_name:
        return std::ranges::all_of(text, is_lower);
    }
    return false;
}

[[noreturn]] inline void refuse_field(const char* what) {
    throw base::Error(base::Error::Kind::invalid, std::string("a plugin's message is not valid: ") + what);
}

inline void check_text(std::string_view value, Alphabet alphabet) {
    if (!is_written_in(alphabet, value)) {
        refuse_field("a text has characters that it may not have");
    }
}

template <std::integral N>
void check_range(N value, N low, N high) {
    if (value < low || value > high) {
        refuse_field("a number is out of its range");
    }
}

class FieldWriter {
public:
    static constexpr bool reads = false;
    explicit FieldWriter(base::WireWriter& out) noexcept : out_(out) {}

    void number(std::uint8_t value) { out_.u8(value); }
    void number(std::uint32_t value) { out_.u32(value); }
    void number(std::uint64_t value) { out_.u64(value); }
    void number(std::int64_t value) { out_.i64(value); }
    void flag(bool value) { out_.u8(value ? 1 : 0); }
    void time(base::Milliseconds value) { out_.i64(value.count()); }
    void text(const std::string& value, std::size_t limit, Alphabet alphabet) {
        check_size(value.size(), limit);
        check_text(value, alphabet);
        out_.text(value);
    }
    void bytes(const base::SecureBytes& value, std::size_t limit) {
        check_size(value.size(), limit);
        out_.bytes(value);
    }
    void secret(const base::Secret& value, std::size_t limit) {
        check_size(value.size(), limit);
        out_.text(value.reveal());
    }
    template <class E>
    void choice(E value, E first, E last) {
        check_range(static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(first),
                    static_cast<std::uint8_t>(last));
        out_.u8(static_cast<std::uint8_t>(value));
    }
    template <class T, class Item>
    void list(const std::vector<T>& values, std::size_t limit, Item item) {
        check_size(values.size(), limit);
        out_.u32(static_cast<std::uint32_t>(values.size()));
        for (const T& value : values) {
            item(*this, value);
        }
    }
    template <class T, class Item>
    void maybe(const std::optional<T>& value, Item item) {
        flag(value.has_value());
        if (value) {
            item(*this, *value);
        }
    }

private:
    static void check_size(std::size_t size, std::size_t limit) {
        if (size > limit) {
            throw base::Error(base::Error::Kind::limited,
                              "a field of a plugin's message is longer than its limit of " + std::to_string(limit));
        }
    }
    base::WireWriter& out_;
};

class FieldReader {
public:
    static constexpr bool reads = true;
    explicit FieldReader(base::WireReader& in) noexcept : in_(in) {}

    void number(std::uint8_t& value) { value = in_.u8(); }
    void number(std::uint32_t& value) { value = in_.u32(); }
    void number(std::uint64_t& value) { value = in_.u64(); }
    void number(std::int64_t& value) { value = in_.i64(); }
    void flag(bool& value) {
        const std::uint8_t raw = in_.u8();
        check_range<std::uint8_t>(raw, 0, 1);
        value = raw == 1;
    }
    void time(base::Milliseconds& value) { value = base::Milliseconds(in_.i64()); }
    void text(std::string& value, std::size_t limit, Alphabet alphabet) {
        value = in_.text(limit);
        check_text(value, alphabet);
    }
    void bytes(base::SecureBytes& value, std::size_t limit) {
        const auto raw = in_.bytes(limit);
        value.assign(raw.begin(), raw.end());
    }
    void secret(base::Secret& value, std::size_t limit) { value = base::Secret(in_.text(limit)); }
    template <class E>
    void choice(E& value, E first, E last) {
        const std::uint8_t raw = in_.u8();
        check_range(raw, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last));
        value = static_cast<E>(raw);
    }
    template <class T, class Item>
    void list(std::vector<T>& values, std::size_t limit, Item item) {
        const std::size_t size = in_.count(limit);
        for (std::size_t i = 0; i < size; ++i) {
            item(*this, values.emplace_back());
        }
    }
    template <class T, class Item>
    void maybe(std::optional<T>& value, Item item) {
        bool present = false;
        flag(present);
        if (present) {
            item(*this, value.emplace());
        }
    }

private:
    base::WireReader& in_;
};

} // namespace loquet::protocol::detail
