// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/check.h"

#include "lib/base/error.h"
#include "plugin_host/plugin_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

namespace loquet::plugin_host {

std::string lend_credential(const std::string& name, const std::string& store) {
    constexpr const char* variable = "CREDENTIALS_DIRECTORY";
    const std::string file = store + "/loquet-channel." + name;
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (std::getenv(variable) != nullptr || !is_plugin_name(name) || ::access(file.c_str(), R_OK) != 0) {
        return {};
    }
    std::string folder = "/tmp/loquet-plugin-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr || ::symlink(file.c_str(), (folder + "/secret").c_str()) != 0
        || ::setenv(variable, folder.c_str(), 1) != 0) { // NOLINT(concurrency-mt-unsafe)
        throw base::system_error(errno, "lending the credential " + file);
    }
    return folder;
}

std::vector<std::string> check_instance(const Folders& folders, const std::string& name) {
    std::vector<std::string> complaints;
    try {
        const PluginInstance instance(folders, name);
        // Describing is what the daemon does first, and finds what a manifest may not hold.
        (void)protocol::encode(protocol::FrameHeader{}, instance.description());
    } catch (const base::Error& error) {
        std::istringstream lines(error.what());
        for (std::string line; std::getline(lines, line);) {
            complaints.push_back(line);
        }
    }
    return complaints;
}

} // namespace loquet::plugin_host
