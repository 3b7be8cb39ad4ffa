// SPDX-License-Identifier: LGPL-2.1-or-later
// An entry of the directory as struct passwd or struct group in the caller's buffer: one copy of the record's text.
// What is checked is the copy, and what was read once is not read again: the file is shared with its writer, who could
// change it between a look and a use. No heap, no exception, no state: any thread.
#pragma once

#include "lib/directory/image.h"

#include <grp.h>
#include <pwd.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace loquet::nss {

enum class Packed : std::uint8_t {
    yes,
    too_small, ///< the buffer; what is in it now means nothing
    refused,   ///< the directory may not say that (validate.h)
    damaged,   ///< changed while it was read
};

/// Every pointer of `result` leads into `buffer`, to a string that ends in there.
[[nodiscard]] Packed pack(const directory::Person& person, passwd& result, std::span<char> buffer) noexcept;
[[nodiscard]] Packed pack(const directory::Group& group, ::group& result, std::span<char> buffer) noexcept;

} // namespace loquet::nss
