// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/wire.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

namespace loquet::base {

void WireWriter::u32(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void WireWriter::u64(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void WireWriter::text(std::string_view value) {
    bytes(as_bytes(value));
}

void WireWriter::bytes(std::span<const std::uint8_t> value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}

std::span<const std::uint8_t> WireReader::take(std::size_t size) {
    if (size > rest_.size()) {
        throw Error(Error::Kind::invalid, "the message ends too early");
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
}

std::uint8_t WireReader::u8() {
    return take(1)[0];
}

std::uint32_t WireReader::u32() {
    std::uint32_t value = 0;
    const auto raw = take(4);
    for (std::size_t i = 4; i-- > 0;) {
        value = value << 8U | raw[i];
    }
    return value;
}

std::uint64_t WireReader::u64() {
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32U;
}

std::span<const std::uint8_t> WireReader::bytes(std::size_t limit) {
    const std::size_t size = u32();
    if (size > limit) {
        throw Error(Error::Kind::invalid, "a field of the message is longer than its limit");
    }
    return take(size);
}

std::string_view WireReader::text(std::size_t limit) {
    return as_text(bytes(limit));
}

std::size_t WireReader::count(std::size_t limit) {
    const std::size_t n = u32();
    if (n > limit) {
        throw Error(Error::Kind::invalid, "a list of the message is longer than its limit");
    }
    return n;
}

void WireReader::expect_end() const {
    if (!rest_.empty()) {
        throw Error(Error::Kind::invalid, "the message goes on after its end");
    }
}

} // namespace loquet::base
