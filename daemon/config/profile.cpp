// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/profile.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace loquet::config {

bool is_profile_name(std::string_view name) noexcept {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 32 && is_letter(name.front())
           && std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::optional<std::string> find_profile(std::string_view name, const std::vector<std::string>& folders) {
    if (!is_profile_name(name)) {
        return std::nullopt;
    }
    for (const std::string& folder : folders) {
        std::string path = folder + '/' + std::string(name) + ".toml";
        std::error_code ignored; // a folder that cannot be searched has no profile
        if (std::filesystem::exists(path, ignored)) {
            return path;
        }
    }
    return std::nullopt;
}

} // namespace loquet::config
