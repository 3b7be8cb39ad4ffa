// SPDX-License-Identifier: LGPL-2.1-or-later
// The steps that ask nothing: may this account use this PAM service (kept apart from being the right person, BONUS-2,
// BONUS-20), and must its password be changed? Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class AuthorisationStep final : public SilentStep {
public:
    explicit AuthorisationStep(const messages::Catalogue& texts) : texts_(texts) {}

    base::Task<Effects> begin(Dialog& dialog, const Subject& /*subject*/) override;

private:
    const messages::Catalogue& texts_;
};

class ExpiryStep final : public SilentStep {
public:
    ExpiryStep(store::Store& store, const base::Clock& clock, const messages::Catalogue& texts,
               const config::PasswordConfig& rules)
        : store_(store), clock_(clock), texts_(texts), rules_(rules) {}

    base::Task<Effects> begin(Dialog& dialog, const Subject& /*subject*/) override;

private:
    store::Store& store_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    const config::PasswordConfig& rules_;
};

} // namespace loquet::conversation
