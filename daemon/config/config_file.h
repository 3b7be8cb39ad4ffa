// SPDX-License-Identifier: LGPL-2.1-or-later
// From files to a Config, or to a list of everything that is wrong with them. No state and no side effect: a reload
// loads, and keeps the old Config where this throws. Any thread.
//
// A profile is a configuration file below the administrator's: what a procedure asks for.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::config {

struct SourceFile {
    std::string path;
    std::string text;
    friend bool operator==(const SourceFile&, const SourceFile&) = default;
};

/// The files that a Config is made of, as they were read.
struct Sources {
    SourceFile profile;
    std::vector<SourceFile> files; ///< in the order in which they are laid over each other
    friend bool operator==(const Sources&, const Sources&) = default;
};

/// Where profiles are looked for; the first folder that has one wins.
[[nodiscard]] const std::vector<std::string>& profile_folders();

/// `path` (/etc/loquet/loquet.toml), then every .toml file of the folder path + ".d", in alphabetical order: the last
/// that sets a key wins. Below them lies the profile that they name, and below that the defaults of config.h. A `path`
/// that does not exist is an empty file. Throws base::Error (invalid) with all complaints, one a line:
/// "file:line:column: what is wrong, and what is accepted", or "file: ..." where it cannot be read.
[[nodiscard]] Config load(const std::string& path, const std::vector<std::string>& profiles = profile_folders());

/// The two halves of load(), for who keeps the files: all that can be said about reading, then about what they hold.
[[nodiscard]] Sources read_sources(const std::string& path, const std::vector<std::string>& profiles,
                                   Complaints& complaints);
[[nodiscard]] Config assemble(const Sources& sources, Complaints& complaints);

/// `file` is its name in complaints. Checks each key by itself; check() looks at what must go together.
void apply(std::string_view text, const std::string& file, Config& config, Complaints& complaints);

struct NamedProfile {
    std::string name;
    std::string position; ///< "file:line:column" of the name
};

/// The profile that the text names, if it is TOML and names one: it has to be known before anything is applied.
[[nodiscard]] std::optional<NamedProfile> profile_in(std::string_view text, const std::string& file);

/// [a-z][a-z0-9-]{0,31}: it becomes the name of a file.
[[nodiscard]] bool is_profile_name(std::string_view name) noexcept;

/// The file of that profile in the first folder that has one.
[[nodiscard]] std::optional<std::string> find_profile(std::string_view name, const std::vector<std::string>& folders);

} // namespace loquet::config
