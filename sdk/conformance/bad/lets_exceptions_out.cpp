// SPDX-License-Identifier: LGPL-2.1-or-later
// Throws through the C frame, because it has no thunk around its work.
#include "sdk/conformance/bad/bad_step.h"

namespace {

constexpr loquet_manifest the_manifest = loquet::sdk_conformance::bad_manifest("lets_exceptions_out");
int nothing = 0;

const loquet_manifest* manifest() {
    return &the_manifest;
}
void* create(const loquet_host* /*host*/, const loquet_option_value* /*options*/, size_t /*count*/,
             const loquet_complaint* /*complaint*/) {
    return &nothing;
}
int run(void* /*self*/, const loquet_step_request* /*request*/, const loquet_step_output* /*output*/) {
    throw std::runtime_error("nobody catches this");
}
void destroy(void* /*self*/) {}

} // namespace

extern "C" LOQUET_EXPORT const loquet_step loquet_step_v1 = {sizeof(loquet_step), manifest, create, run, destroy};
