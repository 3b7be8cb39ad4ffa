// SPDX-License-Identifier: LGPL-2.1-or-later
// One plugin, loaded, configured and created, answering frames. One thread, one call at a time.
#pragma once

#include "lib/protocol/plugin_wire.h"
#include "plugin_host/channel_plugin.h"
#include "plugin_host/options.h"
#include "plugin_host/plugin_file.h"
#include "plugin_host/plugin_services.h"

#include <memory>
#include <optional>
#include <string>

namespace loquet::plugin_host {

struct Folders {
    std::string plugins = LOQUET_PLUGIN_FOLDER; ///< where the build installs them
    std::string configuration = "/etc/loquet/plugins";
};

class PluginInstance {
public:
    /// Reads `folders.configuration`/`name`.toml (absent: all defaults), loads the plugin that it names, or the one of
    /// that name, and creates it. Throws Error, one line of its text for each mistake in the file.
    PluginInstance(const Folders& folders, const std::string& name);
    PluginInstance(const PluginInstance&) = delete;
    PluginInstance& operator=(const PluginInstance&) = delete;
    ~PluginInstance();

    [[nodiscard]] const protocol::DescribeResponse& description() const noexcept { return description_; }

    /// What serves a channel's requests; nothing for the other kinds. Not to outlive this object.
    [[nodiscard]] std::optional<ChannelPlugin> channel() const noexcept;

    /// The packet that answers `request`, which is no delivery; an error response where the plugin could not, or
    /// returned what it may not.
    [[nodiscard]] base::SecureBytes answer(const protocol::Frame& request);

private:
    void create(const std::string& name);
    [[nodiscard]] base::SecureBytes call(const protocol::Frame& request);

    std::unique_ptr<PluginFile> file_;
    Options options_;
    PluginServices services_;
    void* self_ = nullptr;
    protocol::DescribeResponse description_;
};

} // namespace loquet::plugin_host
