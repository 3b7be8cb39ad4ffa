// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/configuration.h"

#include "daemon/config/flow_report.h"
#include "daemon/recovery/tickets.h"
#include "lib/base/error.h"
#include "lib/base/log.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <sstream>

namespace loquet {

using base::Error;

namespace {

constexpr std::size_t told_mistakes = 3; ///< in one line; `loquetctl config check` names them all

const std::vector<std::string>& profiles_of(const Options& options) {
    return options.profiles.empty() ? config::profile_folders() : options.profiles;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += (text.empty() ? "" : "\n") + line;
    }
    return text;
}

void require_texts(const messages::Catalogue& texts) {
    if (!texts.has("password.prompt")) {
        throw Error(Error::Kind::not_found, "no message catalogue has \"password.prompt\": is loquet installed whole? "
                                            "(--messages names the folders)");
    }
}

struct Read {
    config::Sources sources;
    config::Config settings;
    config::Complaints positions;
};

Read read_files(const Options& options) {
    Read read;
    read.sources = config::read_sources(options.config, profiles_of(options), read.positions);
    read.settings = config::assemble(read.sources, read.positions);
    read.positions.throw_if_any();
    return read;
}

/// Who has such a name logs in with it: the menu is not what they are asking for.
std::vector<std::string> taken_self_service_names(const config::Config& settings) {
    std::vector<std::string> taken;
    for (const auto& [name, language] : settings.self_service.names) {
        const bool is_user = ::getpwnam(name.c_str()) != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
        const bool is_group = ::getgrnam(name.c_str()) != nullptr; // NOLINT(concurrency-mt-unsafe): one thread
        if (is_user || is_group) {
            taken.push_back("self_service.names: a " + std::string(is_user ? "user" : "group") + " \"" + name
                            + "\" exists, so the name is theirs and "
                              "opens no menu; accepted is a name that nobody has");
        }
    }
    return taken;
}

std::string file_in(const std::string& folder) {
    return folder.empty() ? "" : folder + "/last-good-configuration";
}

} // namespace

std::vector<std::string> lines_of(const std::string& mistakes) {
    std::vector<std::string> lines;
    std::istringstream text(mistakes);
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string in_one_line(const std::string& mistakes) {
    const std::vector<std::string> lines = lines_of(mistakes);
    std::string out;
    for (std::size_t i = 0; i < std::min(lines.size(), told_mistakes); ++i) {
        out += (i == 0 ? "" : "; ") + lines[i];
    }
    return lines.size() <= told_mistakes ? out
                                         : out + "; and " + std::to_string(lines.size() - told_mistakes) + " more";
}

void log_findings(const log::Id& id, const std::string& mistakes) {
    for (const std::string& line : lines_of(mistakes)) {
        log::error(id, line);
    }
}

ConfigurationCheck check_configuration(const Options& options) {
    config::Complaints complaints;
    const config::Sources sources = config::read_sources(options.config, profiles_of(options), complaints);
    const config::Config settings = config::assemble(sources, complaints);
    ConfigurationCheck check{complaints.lines(), {}};
    if (check.complaints.empty()) {
        std::transform(settings.plugins.begin(), settings.plugins.end(), std::back_inserter(check.plugins),
                       [](const auto& plugin) { return plugin.first; });
        check.complaints =
            config::missing_parts(config::plugin_uses(settings, complaints), settings.runtime, options.plugins);
    }
    const auto texts = messages::Catalogue::load(options.messages);
    check.complaints.insert(check.complaints.end(), texts.complaints().begin(), texts.complaints().end());
    const auto taken = taken_self_service_names(settings);
    check.complaints.insert(check.complaints.end(), taken.begin(), taken.end());
    try {
        require_texts(texts);
    } catch (const Error& error) {
        check.complaints.emplace_back(error.what());
    }
    return check;
}

FlowList list_flows(const Options& options) {
    config::Complaints complaints;
    const config::Sources sources = config::read_sources(options.config, profiles_of(options), complaints);
    const config::Config settings = config::assemble(sources, complaints);
    FlowList list{complaints.lines(), {}};
    if (list.complaints.empty()) {
        const config::CodeLives lives{recovery::mail_life, recovery::sms_life};
        for (const config::PurposeSpec& purpose : config::purposes) { // however the files have them
            for (const config::Flow& flow : settings.flows) {
                if (flow.purpose == purpose.name) {
                    list.flows.push_back(json_of(report_of(flow, settings, lives)));
                }
            }
        }
    }
    return list;
}

Configuration::Configuration(const Options& options) : options_(options), last_good_(file_in(options.state)) {}

void Configuration::keep(const config::Sources& sources) {
    try {
        last_good_.save(sources);
    } catch (const Error& error) {
        last_good_.clear(); // what was good before this may prove less
        log::warning(log::id::configuration_loaded,
                     std::string("the configuration was read, and cannot be kept for a start with a broken file: ")
                         + error.what());
    }
}

config::Config Configuration::start() {
    try {
        const Read read = read_files(options_);
        keep(read.sources);
        return read.settings;
    } catch (const Error& error) {
        auto kept = last_good_.load();
        if (!kept) {
            throw;
        }
        log::error(log::id::configuration_refused, "the configuration was not read, the last good one is in force:");
        log_findings(log::id::configuration_refused, error.what());
        refused_ = "the configuration was refused and the last good one is in force: " + in_one_line(error.what());
        return *std::move(kept);
    }
}

messages::Catalogue Configuration::start_texts() {
    auto texts = messages::Catalogue::load(options_.messages);
    for (const std::string& complaint : texts.complaints()) {
        log::warning(log::id::configuration_refused, complaint);
    }
    require_texts(texts);
    if (!texts.complaints().empty()) {
        refused_ += (refused_.empty() ? "" : "; ") + std::string("message catalogues have mistakes: ")
                    + in_one_line(joined(texts.complaints()));
    }
    return texts;
}

Configuration::Loaded Configuration::read() const {
    auto texts = messages::Catalogue::load(options_.messages);
    if (!texts.complaints().empty()) {
        throw Error(Error::Kind::invalid, joined(texts.complaints()));
    }
    require_texts(texts);
    Read read = read_files(options_);
    auto uses = config::plugin_uses(read.settings, read.positions);
    return {std::move(read.settings), std::move(uses), std::move(texts), std::move(read.sources)};
}

void Configuration::accept(const config::Sources& sources) {
    keep(sources);
    refused_.clear();
}

void Configuration::refuse(const Error& why) {
    refused_ = "the configuration was refused and the former one is in force: " + in_one_line(why.what());
}

} // namespace loquet
