// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/artifacts.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace loquet::tests {

std::optional<std::filesystem::path> artifacts_folder(const std::string& name) {
    const char* artifacts = std::getenv("LOQUET_TEST_ARTIFACTS");
    if (artifacts == nullptr) {
        return std::nullopt;
    }
    const std::filesystem::path folder = std::filesystem::path(artifacts) / name;
    std::filesystem::create_directories(folder);
    return folder;
}

void keep_artifact(const std::string& name, std::string_view content) {
    if (const auto folder = artifacts_folder(name)) {
        std::ofstream(*folder / std::to_string(::getpid()), std::ios::app | std::ios::binary) << content;
    }
}

} // namespace loquet::tests
