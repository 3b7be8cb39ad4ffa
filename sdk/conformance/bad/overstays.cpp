// SPDX-License-Identifier: LGPL-2.1-or-later
// Password rules that come to no end with a long candidate.
#include "sdk/conformance/bad/bad_step.h"

#include <loquet/password_rules.hpp>

#include <atomic>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("overstays");

class Bad {
public:
    Bad(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void check(const sdk::RulesRequest& request, sdk::RulesOutput& output) const {
        while (request.candidate().size() > 30 && !finished_) {
        }
        output.rule(request.candidate().size() > 1 && !request.in_history(), sdk::Message("bad.rule"));
        output.level(0);
    }

private:
    std::atomic<bool> finished_ = false;
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_PASSWORD_RULES(loquet::sdk_conformance::Bad)
