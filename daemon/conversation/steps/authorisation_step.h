// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks nothing: may this account use this PAM service? Kept apart from being the right person (BONUS-2, BONUS-20). Loop
// thread.
#pragma once

#include "daemon/conversation/steps/step.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class AuthorisationStep final : public SilentStep {
public:
    explicit AuthorisationStep(const messages::Catalogue& texts) : texts_(texts) {}

    base::Task<StepResult> begin(Dialog& dialog) override;

private:
    const messages::Catalogue& texts_;
};

} // namespace loquet::conversation
