// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/remote_call.h"

#include <algorithm>

namespace loquet::plugins {

namespace {

void keep(std::vector<protocol::NamedText>& facts, const std::vector<std::string>& asked) {
    std::erase_if(facts,
                  [&](const protocol::NamedText& fact) { return std::ranges::find(asked, fact.name) == asked.end(); });
}

} // namespace

void keep_asked_facts(protocol::StepRequest& request, const protocol::DescribeResponse& plugin) {
    keep(request.facts, plugin.facts);
}

void keep_asked_facts(protocol::RulesRequest& request, const protocol::DescribeResponse& plugin) {
    keep(request.facts, plugin.facts);
}

} // namespace loquet::plugins
