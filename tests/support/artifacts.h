// SPDX-License-Identifier: LGPL-2.1-or-later
// What a test leaves for lint.canaries, which searches it for secrets after the last test: captures of buses, logs,
// stores, the command lines and environments of programs. Nothing is kept unless $LOQUET_TEST_ARTIFACTS names a folder.
// Any thread, one process for each file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::tests {

/// The folder `name` among the artifacts, made when it is not there yet.
[[nodiscard]] std::optional<std::filesystem::path> artifacts_folder(const std::string& name);

/// Adds to the file `name` of this process among the artifacts.
void keep_artifact(const std::string& name, std::string_view content);

} // namespace loquet::tests
