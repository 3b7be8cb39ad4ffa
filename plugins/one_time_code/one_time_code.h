// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: sends a code to an address of the account and asks for it. The account state is the CodeState; the dialog
// state says what was asked last. Whoever cannot get a code (no address, no tries left, nobody's account) sees the same
// as everybody, and the audit says the truth.
#pragma once

#include "plugins/one_time_code/code_rules.h"

#include <loquet/step.hpp>

namespace loquet::plugins_one_time_code {

class OneTimeCode {
public:
    static const loquet_manifest& manifest();

    OneTimeCode(sdk::Host host, const sdk::Options& options);
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const;

private:
    void answer(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const;
    void evaluate(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const;
    void choose(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const;
    void send_or_choose(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const;
    void send(loquet_medium medium, const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const;
    void ask(sdk::StepOutput& output) const;

    sdk::Host host_;
    Rules rules_;
};

} // namespace loquet::plugins_one_time_code
