// SPDX-License-Identifier: LGPL-2.1-or-later
// The account's password. Loop thread; the hash is computed on a worker, once, for everybody: a name that nobody has,
// an account without a password and a locked one cost what a wrong password costs.
//
// What is typed may also be the code of a notice, which says that a change was not its owner's, and locks the account;
// or, at a service with self-service, the code of a ticket, with which its owner goes on (daemon/recovery).
#pragma once

#include "daemon/conversation/steps/step.h"
#include "daemon/recovery/tickets.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class PasswordStep final : public FixedStep {
public:
    PasswordStep(store::Store& store, work::Hasher& hasher, const base::Clock& clock, const messages::Catalogue& texts,
                 const recovery::Tickets& tickets)
        : store_(store), hasher_(hasher), clock_(clock), texts_(texts), tickets_(tickets) {}

    [[nodiscard]] bool proves() const noexcept override { return true; }
    base::Task<Effects> begin(Dialog& dialog, const Subject& /*subject*/) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    [[nodiscard]] bool is_revoked(const Subject& subject, const base::Secret& typed) const;
    /// Where the hash may be made anew of what was typed: for the granted end of the dialog. Says why not, where it
    /// should be and cannot.
    base::Task<std::string> renew(Dialog& dialog, const Subject& subject, base::Secret password,
                                  model::Credential credential);

    store::Store& store_;
    work::Hasher& hasher_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    const recovery::Tickets& tickets_;
};

} // namespace loquet::conversation
