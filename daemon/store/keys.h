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
#include <utility>

namespace loquet::store {

/// The bytes of one key, on the stack.
class Key {
public:
    static constexpr std::size_t capacity = 128; ///< LMDB takes 511; nothing of ours needs more than this

    Key() = default;
    explicit Key(model::Uid uid) { add(uid.value); }
    explicit Key(const model::Digest& digest) { add(digest.bytes); }
    explicit Key(std::uint64_t number) { add(number); }
    /// Throws Error (invalid) where the text does not fit.
    explicit Key(std::string_view text) { add(text); }
    Key(model::Uid uid, const model::Digest& digest) {
        add(uid.value);
        add(digest.bytes);
    }
    [[nodiscard]] static Key member(std::uint32_t gid, model::Uid uid) {
        Key key;
        key.add(gid);
        key.add(uid.value);
        return key;
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
[[nodiscard]] std::optional<model::Uid> uid_of(std::span<const std::uint8_t> key) noexcept;
/// GID and UID of Key::member().
[[nodiscard]] std::optional<std::pair<std::uint32_t, model::Uid>> member_of(std::span<const std::uint8_t> key) noexcept;
[[nodiscard]] std::optional<std::uint64_t> number_of(std::span<const std::uint8_t> key) noexcept;

} // namespace loquet::store
