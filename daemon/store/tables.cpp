// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/tables.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>
#include <tuple>

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

Key::Key(const TicketKey& ticket) {
    add(ticket.account.value);
    const auto& [type, medium] = ticket.place;
    const std::array place{static_cast<std::uint8_t>(type),
                           medium ? static_cast<std::uint8_t>(*medium) : std::uint8_t{0}};
    add(std::span<const std::uint8_t>(place));
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

template <>
std::optional<std::uint32_t> key_from(Bytes bytes) noexcept {
    return from_big_endian<std::uint32_t>(bytes);
}

template <>
std::optional<std::uint64_t> key_from(Bytes bytes) noexcept {
    return from_big_endian<std::uint64_t>(bytes);
}

template <>
std::optional<model::Uid> key_from(Bytes bytes) noexcept {
    const auto number = from_big_endian<std::uint32_t>(bytes);
    return number ? std::optional(model::Uid{*number}) : std::nullopt;
}

template <>
std::optional<model::Digest> key_from(Bytes bytes) noexcept {
    std::optional<model::Digest> digest;
    if (bytes.size() == std::tuple_size_v<decltype(model::Digest::bytes)>) {
        std::copy(bytes.begin(), bytes.end(), digest.emplace().bytes.begin());
    }
    return digest;
}

template <>
std::optional<Membership> key_from(Bytes bytes) noexcept {
    constexpr std::size_t half = sizeof(std::uint32_t);
    if (bytes.size() != 2 * half) {
        return std::nullopt;
    }
    return Membership{key_from<std::uint32_t>(bytes.first(half)).value_or(0),
                      key_from<model::Uid>(bytes.subspan(half)).value_or(model::Uid{})};
}

template <>
std::optional<IdentifierKey> key_from(Bytes bytes) noexcept {
    constexpr std::size_t digest_bytes = std::tuple_size_v<decltype(model::Digest::bytes)>;
    if (bytes.size() != digest_bytes + sizeof(std::uint32_t)) {
        return std::nullopt;
    }
    return IdentifierKey{key_from<model::Digest>(bytes.first(digest_bytes)).value_or(model::Digest{}),
                         key_from<model::Uid>(bytes.subspan(digest_bytes)).value_or(model::Uid{})};
}

template <>
std::optional<ActKey> key_from(Bytes bytes) noexcept {
    constexpr std::size_t of_the_uid = sizeof(std::uint32_t);
    if (bytes.size() != of_the_uid + sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    return ActKey{key_from<model::Uid>(bytes.first(of_the_uid)).value_or(model::Uid{}),
                  key_from<std::uint64_t>(bytes.subspan(of_the_uid)).value_or(0)};
}

} // namespace loquet::store
