// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/plugin_services.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace loquet::plugin_host {

namespace {

std::string shown(loquet_text text, std::size_t limit) {
    return text.data == nullptr ? std::string() : base::printable({text.data, text.size}, limit);
}

} // namespace

PluginServices::PluginServices(std::string instance)
    : instance_(std::move(instance)), host_{sizeof(loquet_host), this, &PluginServices::log, &PluginServices::random},
      complaint_{sizeof(loquet_complaint), this, &PluginServices::complain} {}

void PluginServices::log(void* context, int level, loquet_text text) noexcept {
    // Standard error is the journal's; "<4>" is how a line there says its level (sd-daemon(3)).
    const auto& self = *static_cast<const PluginServices*>(context);
    const int known = std::clamp(level, static_cast<int>(LOQUET_LOG_ERROR), static_cast<int>(LOQUET_LOG_INFO));
    const std::string line =
        "<" + std::to_string(known) + ">plugin " + self.instance_ + ": " + shown(text, limits::plugin_log_bytes) + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size()); // where the journal is gone there is nobody to tell
}

int PluginServices::random(void* /*context*/, void* data, size_t size) noexcept {
    auto* at = static_cast<unsigned char*>(data);
    while (size > 0) {
        const ssize_t got = ::getrandom(at, size, 0);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got > 0) {
            at += got;
            size -= static_cast<size_t>(got);
        }
    }
    return 0;
}

void PluginServices::complain(void* context, loquet_text text) noexcept {
    auto& self = *static_cast<PluginServices*>(context);
    if (self.complaints_.size() < limits::plugin_options) {
        self.complaints_.push_back(shown(text, limits::plugin_error_bytes));
    }
}

} // namespace loquet::plugin_host
