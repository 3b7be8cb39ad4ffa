// SPDX-License-Identifier: LGPL-2.1-or-later
// Skips the step instead of looking at the answer: nobody would have to know one.
#include "sdk/conformance/bad/bad_step.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("skips_answers");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_ANSWER) {
            output.skip();
        } else {
            HarmlessStep::run(request, output);
        }
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
