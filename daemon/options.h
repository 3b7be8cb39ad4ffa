// SPDX-License-Identifier: LGPL-2.1-or-later
// What the command line and the environment say to the daemon. Plain values.
#pragma once

#include "daemon/config/plugin_uses.h"

#include <optional>
#include <string>
#include <vector>

namespace loquet {

/// `loquetd --walk`: what loquetctl(1) says of `flow walk`.
struct WalkRequest {
    std::string purpose;
    std::string service;  ///< PAM service; empty: the usual one of the purpose
    std::string as;       ///< whom it walks as; empty: as strangers, who are compared
    std::string language; ///< locale of the dialogs
    bool json = false;
};

struct Options {
    std::string config = "/etc/loquet/loquet.toml";
    std::vector<std::string> profiles; ///< folders; empty: the usual ones
    std::vector<std::string> messages; ///< folders, the last one wins; empty: the usual ones
    config::PluginFolders plugins;     ///< where it looks for what an absent plugin lacks; it loads none
    std::string locale;                ///< of a dialog whose application says none; empty: English
    std::string state;         ///< folder for the last good configuration, as systemd names it; empty: none is kept
    bool check = false;        ///< says what is wrong with the files, and does not serve
    bool list_plugins = false; ///< and the plugins that they name
    bool list_flows = false;   ///< says what the flows ask for and how strong they are, and does not serve
    std::optional<WalkRequest> walk; ///< walks a flow with a made-up account, and does not serve
};

} // namespace loquet
