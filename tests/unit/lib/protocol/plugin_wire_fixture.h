// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests of plugin_wire share: one header, a way there and back, and a look at a field's limit.
#pragma once

#include "lib/base/error.h"
#include "lib/base/function.h"
#include "lib/protocol/plugin_wire.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace loquet::protocol {

inline const FrameHeader header{0xfffffffe, base::Milliseconds(2000)};

inline std::optional<base::Error::Kind> kind_of_error(base::Function<void()> body) {
    try {
        body();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

inline std::string of(std::size_t size, char letter = 'a') {
    return std::string(size, letter);
}

/// What encoding it says of `message`, if anything.
template <class T>
std::optional<base::Error::Kind> refusal_of(const T& message) {
    return kind_of_error([&] { (void)encode(header, message); });
}

template <class T>
T sent(const T& message) {
    const base::SecureBytes packet = encode(header, message);
    return decode<T>(decode_frame(packet));
}

/// Checks a field at its limit and one above it.
template <class T>
void expect_limit(std::size_t limit, base::Function<void(T&, std::size_t)> fill) {
    T at_limit{};
    fill(at_limit, limit);
    EXPECT_NO_THROW((void)sent(at_limit)) << limit;
    T above{};
    fill(above, limit + 1);
    EXPECT_EQ(kind_of_error([&] { (void)encode(header, above); }), base::Error::Kind::limited) << limit;
}

} // namespace loquet::protocol
