// SPDX-License-Identifier: LGPL-2.1-or-later
// Its file is not called as it is.
#include "sdk/conformance/bad/bad_step.h"

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("somebody_else");

class Bad : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    static const loquet_manifest& manifest() { return the_manifest; }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_STEP(loquet::sdk_conformance::Bad)
