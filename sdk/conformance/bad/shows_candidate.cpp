// SPDX-License-Identifier: LGPL-2.1-or-later
// Password rules that repeat the candidate to whoever reads the screen.
#include "sdk/conformance/bad/bad_step.h"

#include <loquet/password_rules.hpp>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("shows_candidate");

class Bad {
public:
    Bad(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void check(const sdk::RulesRequest& request, sdk::RulesOutput& output) const {
        output.rule(request.candidate().size() > 1 && !request.in_history(),
                    sdk::Message("bad.rule", {{"typed", std::string(request.candidate())}}));
        output.level(0);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_PASSWORD_RULES(loquet::sdk_conformance::Bad)
