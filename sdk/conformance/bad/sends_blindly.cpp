// SPDX-License-Identifier: LGPL-2.1-or-later
// Sends a mail to who has no address.
#include "sdk/conformance/bad/bad_step.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("sends_blindly");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            output.send(LOQUET_MEDIUM_MAIL, sdk::Message("bad.mail"), 60'000);
        }
        HarmlessStep::run(request, output);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
