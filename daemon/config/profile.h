// SPDX-License-Identifier: LGPL-2.1-or-later
// A profile is a configuration file below the administrator's: what a procedure asks for. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::config {

/// [a-z][a-z0-9-]{0,31}: it becomes the name of a file.
[[nodiscard]] bool is_profile_name(std::string_view name) noexcept;

/// The file of that profile in the first folder that has one.
[[nodiscard]] std::optional<std::string> find_profile(std::string_view name, const std::vector<std::string>& folders);

} // namespace loquet::config
