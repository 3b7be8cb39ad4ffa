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

constexpr std::string_view readable = "; accepted is a file that the user of the daemon may read (mode 0644, in a "
                                      "folder of mode 0755)";

std::string why(const std::error_code& failed) {
    return "it cannot be read: " + failed.message();
}

/// Adds the file's text, or a complaint: a file that cannot be read is not taken for an empty one. What is no file of
/// the disk (a pipe) could keep the daemon waiting; a link to /dev/null is how a drop-in is switched off.
void read(const std::string& path, std::vector<SourceFile>& files, Complaints& complaints) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (failed) {
        complaints.add(path, why(failed) + std::string(readable));
        return;
    }
    if (!fs::is_regular_file(status) && !fs::is_character_file(status)) {
        complaints.add(path, "it is no file" + std::string(readable));
        return;
    }
    try {
        files.push_back({path, base::read_file(path, limits::configuration_file_bytes)});
    } catch (const base::Error& error) {
        complaints.add(path, error.what() + std::string(readable));
    }
}

std::vector<std::string> drop_ins(const std::string& folder, Complaints& complaints) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() == ".toml") {
            paths.push_back(at->path().string());
        }
    }
    if (failed && failed != std::errc::no_such_file_or_directory) {
        complaints.add(folder, why(failed) + "; accepted is a folder that the user of the daemon may read (mode 0755)");
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Also a link that leads nowhere is there.
bool exists(const std::string& path) {
    std::error_code failed;
    return std::filesystem::symlink_status(path, failed).type() != std::filesystem::file_type::not_found;
}

std::vector<SourceFile> administrators_files(const std::string& path, Complaints& complaints) {
    std::vector<SourceFile> files;
    if (exists(path)) {
        read(path, files, complaints);
    }
    for (const std::string& drop_in : drop_ins(path + ".d", complaints)) {
        read(drop_in, files, complaints);
    }
    return files;
}

SourceFile read_profile(const NamedProfile& named, const std::vector<std::string>& folders, Complaints& complaints) {
    const auto path = find_profile(named.name, folders);
    std::vector<SourceFile> found;
    if (path) {
        read(*path, found, complaints);
    } else {
        complaints.add(named.position, "there is no profile \"" + named.name
                                           + "\"; accepted is one with a file NAME.toml in "
                                           + (folders.empty() ? "a profile folder" : folders.front()));
    }
    return found.empty() ? SourceFile{} : std::move(found.front());
}

} // namespace

const std::vector<std::string>& profile_folders() {
    static const std::vector<std::string> folders{"/etc/loquet/profiles", "/usr/share/loquet/profiles"};
    return folders;
}

Sources read_sources(const std::string& path, const std::vector<std::string>& profiles, Complaints& complaints) {
    Sources sources;
    sources.files = administrators_files(path, complaints);
    NamedProfile named{Config().profile, "(default of profile)"};
    for (const SourceFile& file : sources.files) {
        named = profile_in(file.text, file.path).value_or(named);
    }
    sources.profile = read_profile(named, profiles, complaints);
    return sources;
}

Config assemble(const Sources& sources, Complaints& complaints) {
    Config config;
    if (const auto other = profile_in(sources.profile.text, sources.profile.path)) {
        complaints.add(other->position, "a profile names no other profile; accepted is every key but \"profile\"");
    }
    apply(sources.profile.text, sources.profile.path, config, complaints);
    for (const SourceFile& file : sources.files) {
        apply(file.text, file.path, config, complaints);
    }
    if (complaints.lines().empty()) { // what was refused is not there to be compared
        check(config, complaints);
    }
    return config;
}

Config load(const std::string& path, const std::vector<std::string>& profiles) {
    Complaints complaints;
    const Sources sources = read_sources(path, profiles, complaints);
    Config config = assemble(sources, complaints);
    complaints.throw_if_any();
    return config;
}

} // namespace loquet::config
