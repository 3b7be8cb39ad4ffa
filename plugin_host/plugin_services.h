// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host does for its plugin: log lines and randomness, and a place for create() to complain. One thread.
#pragma once

#include "loquet/plugin.h"

#include <string>
#include <vector>

namespace loquet::plugin_host {

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

} // namespace loquet::plugin_host
