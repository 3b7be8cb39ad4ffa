// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/plugin_uses.h"

#include "daemon/config/table_reader.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <filesystem>

namespace loquet::config {

namespace {

namespace fs = std::filesystem;

std::string position_of(const Flow& flow, const FlowItem& item, const Step& step, const Complaints& positions) {
    const std::string name = name_of(flow);
    const auto noted = item.required()
                           ? std::nullopt
                           : positions.noted(name + ".steps." + (item.enrols ? "enrol." : "any.") + step.name);
    if (noted || !item.position.empty()) {
        return noted.value_or(item.position);
    }
    return positions.position_of(name);
}

bool is_there(const std::string& path) {
    std::error_code failed; // what cannot be looked at is not called missing
    return fs::exists(path, failed) || failed;
}

std::string unit_of(const std::string& instance, PluginKind kind) {
    return (kind == PluginKind::channel ? "loquet-channel@" : "loquet-plugin@") + instance + ".socket";
}

bool is_enabled(const std::string& unit) {
    std::error_code failed;
    return fs::is_symlink(fs::symlink_status("/etc/systemd/system/sockets.target.wants/" + unit, failed));
}

/// The module that the host of the instance loads: the value of the key `plugin` in the file of its options, printable,
/// or the name of the instance where the file says nothing or is not there. Nothing where it cannot be read: its host
/// complains about that.
std::optional<std::string> module_of(const std::string& instance, const std::string& options) {
    try {
        const toml::table table = toml::parse(base::read_file(options, limits::configuration_file_bytes));
        const toml::node* const named = table.get("plugin");
        if (named == nullptr) {
            return instance;
        }
        const auto* const name = named->as_string();
        return name == nullptr ? std::nullopt : std::optional(base::printable(name->get()));
    } catch (const base::Error& error) {
        return error.kind() == base::Error::Kind::not_found ? std::optional(instance) : std::nullopt;
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

std::string disagreement(const PluginUse& use, const std::string& module, const std::string& options) {
    const std::string said = use.plugin.empty() ? use.instance : use.plugin;
    const std::string in_configuration = "[plugins." + use.instance + "] of loquet.toml";
    return (use.plugin_position.empty()
                ? in_configuration
                : base::printable(use.plugin_position) + ": plugins." + use.instance + ".plugin")
           + " says that it is the plugin \"" + said + "\", but " + options + " that it is \"" + module
           + "\": write plugin = \"" + module + "\" in " + in_configuration + " if that is right, else plugin = \""
           + said + "\" in " + options;
}

} // namespace

std::vector<PluginUse> plugin_uses(const Config& config, const Complaints& positions) {
    std::vector<PluginUse> uses;
    for (const Flow& flow : config.flows) {
        for (const FlowItem& item : flow.items) {
            for (const Step& step : item.steps) {
                if (step.kind == StepKind::plugin) {
                    uses.push_back({step.name,
                                    PluginKind::step,
                                    name_of(flow),
                                    position_of(flow, item, step, positions),
                                    item.at_least == item.steps.size() && !item.enrols,
                                    {},
                                    {}});
                }
            }
        }
    }
    const auto add = [&](const std::string& instance, PluginKind kind, const std::string& key) {
        const auto noted = positions.noted(key + '.' + instance); // of an item in a list
        uses.push_back(
            {instance, kind, key, noted ? *noted : positions.position_of(key), kind != PluginKind::channel, {}, {}});
    };
    add(config.lockout.plugin, PluginKind::lockout, "lockout.plugin");
    if (!config.password.rules.empty()) {
        add(config.password.rules, PluginKind::password_rules, "password.rules");
    }
    for (const std::string& channel : config.outbox.mail) {
        add(channel, PluginKind::channel, "outbox.mail");
    }
    for (const std::string& channel : config.outbox.sms) {
        add(channel, PluginKind::channel, "outbox.sms");
    }
    for (PluginUse& use : uses) {
        const auto configured = config.plugins.find(use.instance);
        use.plugin = configured == config.plugins.end() ? "" : configured->second.plugin;
        use.plugin_position = positions.noted("plugins." + use.instance + ".plugin").value_or("");
    }
    return uses;
}

bool depends_already(const std::vector<PluginUse>& in_force, const PluginUse& use) {
    return std::any_of(in_force.begin(), in_force.end(), [&use](const PluginUse& old) {
        return old.instance == use.instance && old.kind == use.kind
               && (!use.always || (old.always && old.key == use.key));
    });
}

std::string complaint(const PluginUse& use, const std::string& why) {
    return base::printable(use.position) + ": " + use.key + ": the plugin \"" + use.instance + "\" " + why;
}

std::string enable_command(const std::string& instance, PluginKind kind) {
    return "systemctl enable --now " + unit_of(instance, kind);
}

std::optional<std::string> missing_part(const PluginUse& use, const RuntimeConfig& runtime,
                                        const PluginFolders& folders) {
    const std::string options = folders.options + '/' + use.instance + ".toml";
    const std::string said = use.plugin.empty() ? use.instance : use.plugin;
    const std::string plugin = module_of(use.instance, options).value_or(said);
    const std::string module = folders.modules + '/' + plugin + ".so";
    const bool is_installed = is_there(module);
    if (plugin != said && (is_installed || !use.plugin.empty())) {
        return disagreement(use, plugin, options);
    }
    if (!is_installed) {
        return "there is no module " + module + ": install it, or name another one as \"plugin\" in " + options;
    }
    const std::string sockets = runtime.folder + "/plugins";
    const std::string socket = sockets + '/' + use.instance + ".sock";
    const bool later = !is_there(sockets) && is_enabled(unit_of(use.instance, use.kind));
    if (!is_there(socket) && !later) {
        return "there is no socket " + socket + ": '" + enable_command(use.instance, use.kind) + "' makes it";
    }
    return std::nullopt;
}

std::vector<std::string> missing_parts(const std::vector<PluginUse>& uses, const RuntimeConfig& runtime,
                                       const PluginFolders& folders) {
    std::vector<std::string> complaints;
    for (const PluginUse& use : uses) {
        if (const auto missing = missing_part(use, runtime, folders)) {
            complaints.push_back(complaint(use, "cannot work: " + *missing));
        }
    }
    return complaints;
}

} // namespace loquet::config
