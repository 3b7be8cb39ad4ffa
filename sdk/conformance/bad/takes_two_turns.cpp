// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks and denies in the same call.
#include "sdk/conformance/bad/bad_step.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("takes_two_turns");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        HarmlessStep::run(request, output);
        output.deny();
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
