// SPDX-License-Identifier: LGPL-2.1-or-later
// The helpdesk's part in a forgotten password: a code that opens the way to a new password and nothing else. It goes to
// the owner's address, and the operator never sees it; where nothing arrives, the operator reads it out. Who may have
// it done is decided before (helpdesk_acts.h). Loop thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/audit_event.h"
#include "daemon/model/ids.h"
#include "daemon/model/notice.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace loquet::recovery {

class HelpdeskReset {
public:
    /// All of them outlive this object.
    HelpdeskReset(Tickets& tickets, store::Store& store, const outbox::Outbox& outbox, model::SteadyTime& steady,
                  const base::Clock& clock)
        : tickets_(tickets), store_(store), outbox_(outbox), steady_(steady), clock_(clock) {}

    struct Request {
        model::Uid account;
        std::optional<model::Medium> medium; ///< none: the code is read out
        std::uint32_t actor = 0;             ///< uid of the operator
        std::string purpose;                 ///< that the code goes on with
        std::string step;                    ///< of its flow, that sends by this medium
    };
    /// Throws Error: `not_found`; `conflict` where the account is not active, or has no such address; `unavailable`
    /// where the site has no channel of this medium.
    void check(const Request& request) const;
    /// Under the account's permit (Engine::with_account_still). Sends the code that runs once more, or a new one, and
    /// records it with `done`. The password stays what it is until its owner has chosen another one. Throws Error as
    /// check() does.
    base::Task<void> send(Request request, store::Store::Work done = {});
    /// The same with a code that nobody is sent: the operator's to read out, the same one while it is good. Each time
    /// is recorded.
    base::Task<base::Secret> read_out(Request request, store::Store::Work done = {});

    /// What goes into the transaction of a code that is read out, so that the owner hears of it; until then nobody
    /// does.
    using Notify = base::Function<store::Store::Work(model::Uid account, model::Notice notice)>;
    void notify_owners(Notify notify) { notify_ = std::move(notify); }

private:
    [[nodiscard]] model::Account ready_account(const Request& request) const;
    [[nodiscard]] Tickets::Issue issue_of(const Request& request) const;
    [[nodiscard]] model::AuditEvent event_of(const model::Account& account, const Request& request,
                                             std::string detail) const;

    Tickets& tickets_;
    store::Store& store_;
    const outbox::Outbox& outbox_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
    Notify notify_;
};

} // namespace loquet::recovery
