// SPDX-License-Identifier: LGPL-2.1-or-later
// One plugin, loaded, configured and created, answering frames. One thread, one call at a time.
#pragma once

#include "lib/protocol/plugin_wire.h"
#include "loquet/plugin.h"
#include "plugin_host/channel_plugin.h"
#include "plugin_host/options.h"
#include "plugin_host/plugin_file.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::plugin_host {

/// What the host does for its plugin: log lines and randomness, and a place for create() to complain.
class PluginServices {
public:
    explicit PluginServices(std::string instance);
    PluginServices(const PluginServices&) = delete;
    PluginServices& operator=(const PluginServices&) = delete;

    /// Lives, like all that it points to, as long as this object.
    [[nodiscard]] const loquet_host& host() const noexcept { return host_; }
    [[nodiscard]] const loquet_complaint& complaint() const noexcept { return complaint_; }
    /// What the plugin complained about, printable.
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

private:
    static void log(void* context, int level, loquet_text text) noexcept;
    static int random(void* context, void* data, size_t size) noexcept;
    static void complain(void* context, loquet_text text) noexcept;

    std::string instance_;
    std::vector<std::string> complaints_;
    loquet_host host_;
    loquet_complaint complaint_;
};

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
