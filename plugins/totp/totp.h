// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: asks for the code of a generator that the person has enrolled, skips where there is none. The account state
// is the Generator. While somebody enrols, the new one is in the dialog state alone, until a right code shows that an
// application has it; an older one goes on until then.
#pragma once

#include "plugins/totp/generator.h"

#include <loquet/step.hpp>

#include <string>

namespace loquet::plugins_totp {

class Totp {
public:
    static const loquet_manifest& manifest();

    Totp(sdk::Host host, const sdk::Options& options);
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const;

private:
    void enrol(const sdk::StepRequest& request, sdk::StepOutput& output) const;

    sdk::Host host_;
    Digest digest_;
    int digits_;
    std::string issuer_;
};

} // namespace loquet::plugins_totp
