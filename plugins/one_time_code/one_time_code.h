// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: sends a code to an address of the account and asks for it. The account state is the CodeState; the dialog
// state says what was asked last. A person who cannot get a code (no address, no tries left, nobody's account) sees the
// same as everybody, and the audit says the truth.
#pragma once

#include "plugins/one_time_code/account_codes.h"

#include <loquet/step.hpp>

#include <string_view>
#include <vector>

namespace loquet::plugins_one_time_code {

/// The ways in which a code can reach an account, of the fact `media` ("mail sms"): those it names, in its order, each
/// once; other words are left out.
[[nodiscard]] std::vector<loquet_medium> media_in(std::string_view fact);

/// "mail" or "sms".
[[nodiscard]] std::string_view name_of(loquet_medium medium) noexcept;

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
