// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: asks for one of the codes that were shown when the person enrolled, and takes each once; skips where there
// never were any. The account state is the CodeBook. Codes are shown in one turn and kept nowhere: already while
// somebody enrols the dialog state has hashes alone, and becomes the account state when one of the codes was typed.
#pragma once

#include "plugins/recovery_codes/code_book.h"

#include <loquet/step.hpp>

namespace loquet::plugins_recovery_codes {

class RecoveryCodes {
public:
    static const loquet_manifest& manifest();

    RecoveryCodes(sdk::Host host, const sdk::Options& options);
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const;

private:
    void ask(const sdk::StepRequest& request, sdk::StepOutput& output) const;
    void enrol(const sdk::StepRequest& request, sdk::StepOutput& output) const;

    sdk::Host host_;
    std::size_t few_;
};

} // namespace loquet::plugins_recovery_codes
