// SPDX-License-Identifier: LGPL-2.1-or-later
// The message for somebody who knows their mail address and not the name of their account: all the names that have the
// address, to the address. Loop thread.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"

#include <optional>
#include <string>

namespace loquet::recovery {

class NameMessages {
public:
    /// All of them outlive this object. Without an outbox, or without a channel for mail in it, nothing is sent.
    NameMessages(outbox::Outbox* outbox, const store::Store& store, const base::Clock& clock)
        : outbox_(outbox), store_(store), clock_(clock) {}

    /// Who asks, and from where. Plain value.
    struct Request {
        std::string mail;    ///< canonical (model::canonical_mail)
        std::string step;    ///< that asks for it
        model::Digest place; ///< DigestKind::place
        std::string where;   ///< the place in clear (Notices::Origin)
        std::string locale;  ///< if the account prefers none
        bool proven = false; ///< asked for by somebody who proved who they are
    };
    [[nodiscard]] bool can_send() const noexcept;
    /// One message to the address with the names of all accounts that have it confirmed, at the cost of the first one
    /// that is active. Nothing where no active account has it. The work writes nothing where that changed in between.
    [[nodiscard]] std::optional<store::Store::Work> tell(const Request& request) const;

private:
    outbox::Outbox* outbox_;
    const store::Store& store_;
    const base::Clock& clock_;
};

} // namespace loquet::recovery
