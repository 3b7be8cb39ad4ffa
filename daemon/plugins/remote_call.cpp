// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/remote_call.h"

#include "lib/base/error.h"
#include "lib/messages/catalogue.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace loquet::plugins {

using protocol::DescribeResponse;

namespace {

void keep(std::vector<protocol::NamedText>& facts, const std::vector<std::string>& asked) {
    std::erase_if(facts,
                  [&](const protocol::NamedText& fact) { return std::ranges::find(asked, fact.name) == asked.end(); });
}

constexpr std::string_view family_of_rules = "rules";

void require_own(const protocol::Message& message, const DescribeResponse& plugin) {
    if (!is_own_text(message.id, plugin)) {
        throw base::Error(base::Error::Kind::invalid, "it names the text \"" + message.id
                                                          + "\", which is not its own: call the texts of this plugin "
                                                          + plugin.name + ".WORDS, in the catalogues too");
    }
}

} // namespace

void keep_asked_facts(protocol::StepRequest& request, const DescribeResponse& plugin) {
    keep(request.facts, plugin.facts);
}

void keep_asked_facts(protocol::RulesRequest& request, const DescribeResponse& plugin) {
    keep(request.facts, plugin.facts);
}

bool is_own_text(std::string_view id, const DescribeResponse& plugin) noexcept {
    const std::size_t dot = id.find('.');
    if (dot == std::string_view::npos || dot + 1 == id.size()) {
        return false;
    }
    const std::string_view family = id.substr(0, dot);
    if (plugin.kind == protocol::PluginKind::password_rules && family == family_of_rules) {
        return true;
    }
    return (family == plugin.name || family == plugin.instance) && !messages::is_daemons_family(family);
}

void require_own_texts(const protocol::StepResponse& response, const DescribeResponse& plugin) {
    if (const auto* ask = std::get_if<protocol::StepAsk>(&response.turn)) {
        for (const protocol::StepPrompt& prompt : ask->prompts) {
            require_own(prompt.message, plugin);
        }
    } else if (const auto* wait = std::get_if<protocol::StepWait>(&response.turn)) {
        require_own(wait->message, plugin);
    }
    for (const protocol::StepMessage& message : response.send) {
        require_own(message.message, plugin);
    }
}

void require_own_texts(const protocol::RulesResponse& response, const DescribeResponse& plugin) {
    for (const protocol::RuleResult& rule : response.rules) {
        require_own(rule.message, plugin);
    }
}

} // namespace loquet::plugins
