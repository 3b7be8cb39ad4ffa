// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine's sources of names (NSS) say. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::cli {

/// The UID that programs see for a name. Nothing where nobody knows it; throws base::Error (unavailable) where a source
/// does not answer.
[[nodiscard]] std::optional<std::uint32_t> uid_of(const std::string& name);

/// The name of the calling user; nothing where it has none.
[[nodiscard]] std::optional<std::string> own_name();

} // namespace loquet::cli
