// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/keys.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::store {

namespace {

template <class Number>
std::array<std::uint8_t, sizeof(Number)> big_endian(Number number) noexcept {
    std::array<std::uint8_t, sizeof(Number)> out{};
    for (auto byte = out.rbegin(); byte != out.rend(); ++byte) {
        *byte = static_cast<std::uint8_t>(number);
        number = static_cast<Number>(number >> 8U);
    }
    return out;
}

template <class Number>
std::optional<Number> from_big_endian(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() != sizeof(Number)) {
        return std::nullopt;
    }
    Number number = 0;
    for (const std::uint8_t byte : bytes) {
        number = static_cast<Number>(number << 8U | byte);
    }
    return number;
}

} // namespace

void Key::add(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > capacity - size_) {
        throw base::Error(base::Error::Kind::invalid, "the name of a record is longer than the store accepts");
    }
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
}

void Key::add(std::uint32_t number) {
    add(std::span<const std::uint8_t>(big_endian(number)));
}

void Key::add(std::uint64_t number) {
    add(std::span<const std::uint8_t>(big_endian(number)));
}

void Key::add(std::string_view text) {
    add(base::as_bytes(text));
}

std::optional<model::Uid> uid_of(std::span<const std::uint8_t> key) noexcept {
    const auto number = from_big_endian<std::uint32_t>(key);
    return number ? std::optional(model::Uid{*number}) : std::nullopt;
}

std::optional<std::pair<std::uint32_t, model::Uid>> member_of(std::span<const std::uint8_t> key) noexcept {
    constexpr std::size_t half = sizeof(std::uint32_t);
    if (key.size() != 2 * half) {
        return std::nullopt;
    }
    const auto gid = from_big_endian<std::uint32_t>(key.first(half));
    const auto uid = from_big_endian<std::uint32_t>(key.subspan(half));
    return std::pair(gid.value_or(0), model::Uid{uid.value_or(0)});
}

std::optional<std::uint64_t> number_of(std::span<const std::uint8_t> key) noexcept {
    return from_big_endian<std::uint64_t>(key);
}

} // namespace loquet::store
