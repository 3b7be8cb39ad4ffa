// SPDX-License-Identifier: LGPL-2.1-or-later
// Which Error comes out of something: `EXPECT_EQ(kind_of_error([&] { read_turn(reader); }), Error::Kind::invalid)`.
#pragma once

#include "lib/base/error.h"

#include <optional>

namespace loquet::tests {

/// Nothing when nothing is thrown.
template <class Body>
[[nodiscard]] std::optional<base::Error::Kind> kind_of_error(Body body) {
    try {
        body();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

} // namespace loquet::tests
