// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks nothing: notes that the password must be changed now, or says that it soon must. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class ExpiryStep final : public SilentStep {
public:
    ExpiryStep(store::Store& store, const base::Clock& clock, const messages::Catalogue& texts,
               const config::PasswordConfig& rules)
        : store_(store), clock_(clock), texts_(texts), rules_(rules) {}

    base::Task<StepResult> begin(Dialog& dialog) override;

private:
    store::Store& store_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    const config::PasswordConfig& rules_;
};

} // namespace loquet::conversation
