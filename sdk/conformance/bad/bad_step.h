// SPDX-License-Identifier: LGPL-2.1-or-later
// A step that does nothing wrong: asks, and denies each answer. The bad ones differ from it in one thing.
#pragma once

#include <loquet/step.hpp>

namespace loquet::sdk_conformance {

constexpr loquet_manifest bad_manifest(const char* name) {
    return {sizeof(loquet_manifest), name, "1", "Does one thing wrong.", nullptr, nullptr, 0};
}

class HarmlessStep {
public:
    HarmlessStep(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("bad.question"));
        } else {
            output.deny();
        }
    }
};

} // namespace loquet::sdk_conformance
