// SPDX-License-Identifier: LGPL-2.1-or-later
// The step: asks a sum, grants when it is answered rightly, denies otherwise. The dialog state is the expected answer
// in digits; answering removes it whatever the answer is, so a question is good for one try.
#pragma once

#include <loquet/step.hpp>

namespace loquet::plugins_arithmetic {

class Arithmetic {
public:
    static const loquet_manifest& manifest();

    Arithmetic(sdk::Host host, const sdk::Options& options);
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const;

private:
    void ask(sdk::StepOutput& output) const;

    sdk::Host host_;
    std::uint32_t largest_;
};

} // namespace loquet::plugins_arithmetic
