// SPDX-License-Identifier: LGPL-2.1-or-later
// Forgets to close what it opens.
#include "sdk/conformance/bad/bad_step.h"

#include <fcntl.h>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("leaves_descriptors");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
    Bad(sdk::Host host, const sdk::Options& options) : HarmlessStep(host, options) {
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
