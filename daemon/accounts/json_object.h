// SPDX-License-Identifier: LGPL-2.1-or-later
// One JSON object (RFC 8259) as accounts are written in an import: texts, whole numbers, booleans and lists of texts;
// nothing within another. Strict, and small on purpose: a text may be a password's hash, so all that is made of it is
// wiped, which the parsers of the libraries do not do. Pure.
#pragma once

#include "lib/base/secret.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::accounts {

using JsonText = base::SecureBytes;
using JsonValue = std::variant<JsonText, std::uint64_t, bool, std::vector<JsonText>>;

/// Calls `member` with each member in order. A `null` is as if the member were not there. Throws Error (invalid) for
/// what is no such object, a key that comes twice, or text that is no UTF-8; the sentence says where and quotes
/// nothing. `text` has at most limits::import_line_bytes, so lists need no limit of their own.
using JsonMember = std::function<void(std::string_view key, JsonValue value)>;
void read_json_object(std::string_view text, const JsonMember& member);

} // namespace loquet::accounts
