// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/check.h"

#include "lib/base/error.h"

#include <sstream>

namespace loquet::plugin_host {

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
