// SPDX-License-Identifier: LGPL-2.1-or-later
// The one encoder of keys: big-endian numbers, raw digests, or a text, so that the order of the bytes is the
// order of the values. Plain values.
#pragma once

#include "daemon/model/ids.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace loquet::store {

using Bytes = std::span<const std::uint8_t>;

/// An account's place in a group: a key of the table of members.
struct Membership {
    std::uint32_t gid = 0;
    model::Uid uid;
};

/// The bytes of one key, on the stack.
class Key {
public:
    static constexpr std::size_t capacity = 128; ///< LMDB takes 511; nothing of ours needs more than this

    Key() = default;
    explicit Key(model::Uid uid) { add(uid.value); }
    explicit Key(const model::Digest& digest) { add(digest.bytes); }
    explicit Key(std::uint64_t number) { add(number); }
    explicit Key(std::uint32_t gid) { add(gid); }
    explicit Key(const Membership& member) {
        add(member.gid);
        add(member.uid.value);
    }
    /// Throws Error (invalid) where the text does not fit.
    explicit Key(std::string_view text) { add(text); }
    Key(model::Uid uid, const model::Digest& digest) {
        add(uid.value);
        add(digest.bytes);
    }
    /// A key as it was read.
    [[nodiscard]] static Key from(std::span<const std::uint8_t> bytes) {
        Key key;
        key.add(bytes);
        return key;
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    void add(std::uint32_t number);
    void add(std::uint64_t number);
    void add(std::string_view text);
    void add(std::span<const std::uint8_t> bytes);

    std::array<std::uint8_t, capacity> bytes_{};
    std::size_t size_ = 0;
};

/// Reading keys back; nothing where the bytes have another length.
template <class T>
[[nodiscard]] std::optional<T> key_from(Bytes bytes) noexcept = delete;
template <>
[[nodiscard]] std::optional<model::Uid> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<std::uint32_t> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<std::uint64_t> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<model::Digest> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<Membership> key_from(Bytes bytes) noexcept;

} // namespace loquet::store
