// SPDX-License-Identifier: LGPL-2.1-or-later
// Any file is either accepted, and then holds nothing that the daemon would not run, or refused with printable
// complaints that have a place.
#include "daemon/config/config.h"
#include "daemon/config/config_file.h"
#include "daemon/config/flow.h"
#include "daemon/config/flow_report.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <cstdint>
#include <cstdlib>
#include <span>

using namespace loquet;

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void accepted(const config::FlowItem& item) {
    require(!item.steps.empty() && item.at_least <= item.steps.size());
    require(!item.enrols || item.trust_place.count() == 0);
    for (const config::Step& step : item.steps) {
        require(item.required() || step.kind == config::StepKind::plugin);
    }
}

void accepted(const config::Config& config) {
    for (const config::Flow& flow : config.flows) {
        require(config::strength(flow, config.plugins) > 0);
        const config::FlowReport report = report_of(flow, config, {});
        require(!report.verdict.empty() && report.items.size() == flow.items.size());
        require(base::is_printable(json_of(report)));
        for (const config::FlowItem& item : flow.items) {
            accepted(item);
        }
    }
    require(config.flow(protocol::purpose::login, "login") != nullptr);
    require(config.plugins.contains(config.lockout.plugin));
    require(config.accounts.uid_first > 0 && config.accounts.uid_first <= config.accounts.uid_last);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text(std::span(data, size));
    config::Config config;
    config::Complaints complaints;
    static_cast<void>(config::profile_in(text, "fuzz.toml"));
    config::apply(text, "f", config, complaints);
    if (complaints.lines().empty()) {
        config::check(config, complaints);
    }
    for (const std::string& line : complaints.lines()) {
        require(base::is_printable(line) && line.find(": ") != std::string::npos);
    }
    if (complaints.lines().empty()) {
        accepted(config);
    }
    return 0;
}
