// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes its key into the dialog state.
#include "sdk/conformance/bad/bad_step.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("keeps_key");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        output.set_dialog_state(request.key());
        HarmlessStep::run(request, output);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
