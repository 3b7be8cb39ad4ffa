// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of lib/protocol lent to a plugin in the C form of the SDK, and what a plugin hands over copied back. What is
// lent must outlive the call; what is copied is checked first, and Error::invalid says what a plugin did wrong.
#pragma once

#include "lib/base/secret.h"
#include "lib/protocol/values.h"
#include "loquet/lockout.h"
#include "loquet/plugin.h"

#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugin_host {

[[nodiscard]] inline loquet_text lend(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
[[nodiscard]] inline loquet_bytes lend(const base::SecureBytes& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}
[[nodiscard]] std::vector<loquet_named_text> lend(const std::vector<protocol::NamedText>& texts);
[[nodiscard]] loquet_counter lend(const protocol::Counter& counter) noexcept;

[[nodiscard]] std::string copy(loquet_text text, std::size_t limit, const char* what);
[[nodiscard]] base::SecureBytes copy(loquet_bytes bytes, std::size_t limit, const char* what);
[[nodiscard]] protocol::Message copy(const loquet_message* message);
[[nodiscard]] protocol::Counter copy(const loquet_counter* counter);

} // namespace loquet::plugin_host
