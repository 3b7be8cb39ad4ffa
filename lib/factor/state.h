// SPDX-License-Identifier: LGPL-2.1-or-later
// The binary form of what a factor keeps: a version byte, numbers in network order, pieces whose length is known. A
// reader takes exactly what a writer made; anything else is damage, and damage is refused and never mended, because a
// state that starts afresh would forget tries and used codes. Pure values, any thread.
#pragma once

#include <loquet/secure.hpp>

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loquet::factor {

class DamagedState : public std::runtime_error {
public:
    DamagedState() : std::runtime_error("what is stored of this factor is damaged or of another version") {}
};

class StateWriter {
public:
    explicit StateWriter(std::uint8_t version) { number(version); }

    template <class T>
    StateWriter& number(T value) {
        static_assert(std::is_integral_v<T>);
        for (std::size_t shift = 8 * sizeof(T); shift > 0; shift -= 8) {
            bytes_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (shift - 8)));
        }
        return *this;
    }
    StateWriter& piece(std::string_view bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }

    [[nodiscard]] sdk::SecureText take() && { return std::move(bytes_); }

private:
    sdk::SecureText bytes_;
};

/// Every function throws DamagedState where the bytes are not what is asked for. Borrows them.
class StateReader {
public:
    StateReader(std::string_view bytes, std::uint8_t version) : left_(bytes) {
        expect(number<std::uint8_t>() == version);
    }

    template <class T>
    T number() {
        static_assert(std::is_integral_v<T>);
        std::uint64_t value = 0;
        for (const char byte : piece(sizeof(T))) {
            value = value << 8U | static_cast<unsigned char>(byte);
        }
        return static_cast<T>(value);
    }
    /// A number of the range, both ends included.
    template <class T>
    T number(T smallest, T largest) {
        const T value = number<T>();
        expect(value >= smallest && value <= largest);
        return value;
    }
    std::string_view piece(std::size_t size) {
        expect(left_.size() >= size);
        const std::string_view taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }
    std::string_view rest() { return piece(left_.size()); }
    void end() const { expect(left_.empty()); }

    static void expect(bool holds) {
        if (!holds) {
            throw DamagedState();
        }
    }

private:
    std::string_view left_;
};

} // namespace loquet::factor
