// SPDX-License-Identifier: LGPL-2.1-or-later
// Records as JSON (RFC 8259) for programs. Pure.
#pragma once

#include "cli/value.h"

#include <string>

namespace loquet::cli {

/// One line without a line end: keys in the record's order, times as RFC 3339 in UTC, control characters escaped,
/// bytes that are not UTF-8 replaced by U+FFFD, so that the text is always valid JSON.
[[nodiscard]] std::string json_text(const Record& record);

} // namespace loquet::cli
