// SPDX-License-Identifier: LGPL-2.1-or-later
// One plugin's shared object: opened, its one contract found, its manifest checked. Opening runs the plugin's
// constructors, so only a plugin's own process (or `loquet-plugin --check`) does it. One thread.
#pragma once

#include "lib/base/handle.h"
#include "lib/protocol/plugin_messages.h"
#include "loquet/channel.h"
#include "loquet/lockout.h"
#include "loquet/password_rules.h"
#include "loquet/step.h"

#include <dlfcn.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::plugin_host {

using Contract =
    std::variant<const loquet_step*, const loquet_lockout*, const loquet_password_rules*, const loquet_channel*>;

/// True for what may name a plugin, an instance and their files: [a-z0-9_-], not empty, at most
/// limits::plugin_name_bytes.
[[nodiscard]] bool is_plugin_name(std::string_view name) noexcept;

class PluginFile {
public:
    /// Opens `folder`/`name`.so. Throws Error::invalid with what is wrong with it, Error::not_found where it is not.
    PluginFile(const std::string& folder, const std::string& name);

    [[nodiscard]] const Contract& contract() const noexcept { return contract_; }
    [[nodiscard]] protocol::PluginKind kind() const noexcept;
    /// Lives as long as this object.
    [[nodiscard]] const loquet_manifest& manifest() const noexcept { return *manifest_; }
    [[nodiscard]] std::vector<std::string> facts() const;

private:
    void find_contract();
    void check_manifest(const std::string& name) const;

    std::string path_;
    base::Handle<void, ::dlclose> library_;
    Contract contract_;
    const loquet_manifest* manifest_ = nullptr;
};

} // namespace loquet::plugin_host
