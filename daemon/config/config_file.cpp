// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config_file.h"

#include "daemon/config/config_check.h"
#include "daemon/config/config_text.h"
#include "daemon/config/profile.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace loquet::config {

namespace {

struct File {
    std::string path;
    std::string text;
};

File read(const std::string& path) {
    return {path, base::read_file(path, limits::configuration_file_bytes)};
}

std::vector<std::string> drop_ins(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() == ".toml") {
            paths.push_back(at->path().string());
        }
    }
    if (failed && failed != std::errc::no_such_file_or_directory) {
        throw base::system_error(failed.value(), "reading the folder " + folder);
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::vector<File> administrators_files(const std::string& path) {
    std::vector<File> files;
    if (std::filesystem::exists(path)) {
        files.push_back(read(path));
    }
    for (const std::string& drop_in : drop_ins(path + ".d")) {
        files.push_back(read(drop_in));
    }
    return files;
}

void apply_profile(const std::string& name, const std::vector<std::string>& folders, Config& config,
                   Complaints& complaints) {
    const auto path = find_profile(name, folders);
    if (!path) {
        complaints.add("profile", "there is no profile \"" + name + "\"; accepted is one with a file NAME.toml in "
                                      + (folders.empty() ? "a profile folder" : folders.front()));
        return;
    }
    const File profile = read(*path);
    if (profile_in(profile.text)) {
        complaints.add(*path, "a profile names no other profile; accepted is every key but \"profile\"");
    }
    apply(profile.text, profile.path, config, complaints);
}

} // namespace

const std::vector<std::string>& profile_folders() {
    static const std::vector<std::string> folders{"/etc/loquet/profiles", "/usr/share/loquet/profiles"};
    return folders;
}

Config load(const std::string& path, const std::vector<std::string>& profiles) {
    const std::vector<File> files = administrators_files(path);
    Config config;
    Complaints complaints;
    std::string profile = config.profile;
    for (const File& file : files) {
        profile = profile_in(file.text).value_or(profile);
    }
    apply_profile(profile, profiles, config, complaints);
    for (const File& file : files) {
        apply(file.text, file.path, config, complaints);
    }
    if (complaints.lines().empty()) { // what was refused is not there to be compared
        check(config, complaints);
    }
    complaints.throw_if_any();
    return config;
}

} // namespace loquet::config
