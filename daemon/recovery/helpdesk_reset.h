// SPDX-License-Identifier: LGPL-2.1-or-later
// The helpdesk's part in a forgotten password: a code that goes to the owner's address, which opens the way to a new
// password and nothing else. The operator never sees it. Loop thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/task.h"

#include <cstdint>
#include <string>

namespace loquet::recovery {

class HelpdeskReset {
public:
    /// All of them outlive this object.
    HelpdeskReset(Tickets& tickets, store::Store& store, const outbox::Outbox& outbox, const base::Clock& clock)
        : tickets_(tickets), store_(store), outbox_(outbox), clock_(clock) {}

    struct Request {
        model::Uid account;
        model::Medium medium = model::Medium::mail;
        std::uint32_t actor = 0; ///< uid of the operator
        std::string purpose;     ///< that the code goes on with
        std::string step;        ///< of its flow, that sends by this medium
    };
    /// Under the account's permit (Engine::with_account_still). Sends the code that runs once more, or a new one, and
    /// records it. The password stays what it is until its owner has chosen another one. Throws Error: `not_found`;
    /// `conflict` where the account is not active, or has no such address; `unavailable` where the site has no channel
    /// of this medium.
    base::Task<void> send(Request request);

private:
    Tickets& tickets_;
    store::Store& store_;
    const outbox::Outbox& outbox_;
    const base::Clock& clock_;
};

} // namespace loquet::recovery
