// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon's files as it reads them at a start and at a reload, and what of them was refused. A start with a broken
// file uses the last good configuration, because nobody could log in to mend it. Loop thread.
#pragma once

#include "daemon/config/config_file.h"
#include "daemon/config/last_good_configuration.h"
#include "daemon/config/plugin_uses.h"
#include "daemon/options.h"
#include "lib/base/error.h"
#include "lib/base/log.h"
#include "lib/messages/catalogue.h"

#include <string>
#include <vector>

namespace loquet {

/// Everything that is wrong with the configuration, its profile and the message catalogues: "file:line:column: ..."
struct ConfigurationCheck {
    std::vector<std::string> complaints;
    std::vector<std::string> plugins; ///< instances that the configuration names; empty where it is refused
};
[[nodiscard]] ConfigurationCheck check_configuration(const Options& options);

/// The flows of the configuration, a JSON object each (config::json_of()); none where it is refused.
struct FlowList {
    std::vector<std::string> complaints;
    std::vector<std::string> flows;
};
[[nodiscard]] FlowList list_flows(const Options& options);

/// `mistakes` has one a line, as an Error about files says them.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& mistakes);
/// The first ones, and how many more there are.
[[nodiscard]] std::string in_one_line(const std::string& mistakes);
/// Each as a message of its own, an error.
void log_findings(const log::Id& id, const std::string& mistakes);

class Configuration {
public:
    /// `options` outlives this object.
    explicit Configuration(const Options& options);

    /// For a start: what the files say; the last good configuration where they are refused; Error where there is none.
    [[nodiscard]] config::Config start();
    /// Each text that cannot be used gives way to the one below it, and is logged. Error where there are none at all.
    [[nodiscard]] messages::Catalogue start_texts();

    struct Loaded {
        config::Config settings;
        std::vector<config::PluginUse> uses; ///< of `settings`, with their places
        messages::Catalogue texts;
        config::Sources sources;
    };
    /// For a reload: what the files say now. Throws Error with all that is wrong with them. Nothing is in force by
    /// that, nor refused: one of the next two says so.
    [[nodiscard]] Loaded read() const;
    /// They are in force, and what the next start falls back to.
    void accept(const config::Sources& sources);
    /// The former values stay in force, also for the next start.
    void refuse(const base::Error& why);

    /// One line for Health: which files were refused, and what is in force meanwhile. Empty where all was read.
    [[nodiscard]] const std::string& refused() const noexcept { return refused_; }

private:
    /// What is in force is what the next start falls back to.
    void keep(const config::Sources& sources);

    const Options& options_;
    config::LastGoodConfiguration last_good_;
    std::string refused_;
};

} // namespace loquet
