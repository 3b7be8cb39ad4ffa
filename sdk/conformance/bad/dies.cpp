// SPDX-License-Identifier: LGPL-2.1-or-later
// Aborts where it does not know the operation.
#include "sdk/conformance/bad/bad_step.h"

#include <cstdlib>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("dies");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() > LOQUET_STEP_ENROL_ANSWER) {
            std::abort();
        }
        HarmlessStep::run(request, output);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
