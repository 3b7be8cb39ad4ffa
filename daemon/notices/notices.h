// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells people that something of their account was changed, at every address that the account has, so that whoever did
// it cannot hide it. Each notice brings a code that locks the account (revocation_code.h). Loop thread; what it returns
// as Work runs on the writer's.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/notice.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"

#include <string>
#include <string_view>

namespace loquet::notices {

/// The text in the message catalogues.
[[nodiscard]] std::string_view text_of(model::Notice notice) noexcept;

class Notices {
public:
    /// All of them outlive this object.
    Notices(outbox::Outbox& outbox, const store::Store& store, const base::Clock& clock)
        : outbox_(outbox), store_(store), clock_(clock) {}

    /// Where the change came from: for the budgets of messages.
    struct Origin {
        model::Digest place; ///< DigestKind::place
        bool proven = false; ///< by somebody who had proved who they are, or who may do it
        std::string locale;  ///< where the account prefers none
    };

    /// For the transaction of the change, before or after it. Nothing is written where the account has no address that
    /// the site has a channel for.
    [[nodiscard]] store::Store::Work tell(model::Uid uid, model::Notice notice, const Origin& origin);

private:
    outbox::Outbox& outbox_;
    const store::Store& store_;
    const base::Clock& clock_;
};

} // namespace loquet::notices
