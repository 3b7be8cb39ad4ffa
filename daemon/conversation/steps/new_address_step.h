// SPDX-License-Identifier: LGPL-2.1-or-later
// What its owner does to give an account another mail address or telephone number: types it, and the code that goes
// there (recovery.md, 5 and 7). Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

#include <string>
#include <vector>

namespace loquet::conversation {

/// Behind a proof of who it is, so that it may say what is wrong. Whether another account has the address shows in
/// nothing. Its end is what Effects::new_address says; the attempt writes that, behind the notice to the former
/// address. Within a day of a new password by recovery or by the helpdesk it changes nothing: who gave that is not to
/// have the account for good. An empty answer to the question for the address changes nothing, one to that for the code
/// has it sent once more.
class NewAddressStep final : public FixedStep {
public:
    /// `kind`: one of config::is_new_address(). `outbox` nullptr: nothing can be sent.
    NewAddressStep(config::StepKind kind, recovery::Tickets& tickets, store::Store& store, outbox::Outbox* outbox,
                   const base::Clock& clock, const messages::Catalogue& texts, std::chrono::hours hold)
        : kind_(kind), tickets_(tickets), store_(store), outbox_(outbox), clock_(clock), texts_(texts), hold_(hold) {}

    /// A wrong code counts like a wrong password: it is a guess at somebody else's address.
    [[nodiscard]] bool counts() const noexcept override { return true; }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    [[nodiscard]] std::vector<model::Medium> media() const;
    [[nodiscard]] Effects ask_medium(const Dialog& dialog, bool again) const;
    /// Under `error`, where that is not empty.
    [[nodiscard]] Effects ask_address(const Dialog& dialog, const Subject& subject, const std::string& error) const;
    /// The same after what cannot be an address; at last nothing is changed.
    [[nodiscard]] Effects ask_address_again(Dialog& dialog, const Subject& subject, const char* error) const;
    [[nodiscard]] Effects take_address(Dialog& dialog, const Subject& subject, std::string_view typed) const;
    [[nodiscard]] Effects send_code(const Dialog& dialog, const Subject& subject) const;
    [[nodiscard]] Effects judge(Dialog& dialog, const Subject& subject, const base::Secret& typed) const;
    /// Nothing was changed, and why, as the owner reads it.
    [[nodiscard]] Effects unchanged(const Dialog& dialog, const char* text,
                                    const messages::Variables& variables = {}) const;

    config::StepKind kind_;
    recovery::Tickets& tickets_;
    store::Store& store_;
    outbox::Outbox* outbox_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    std::chrono::hours hold_;
};

} // namespace loquet::conversation
