// SPDX-License-Identifier: LGPL-2.1-or-later
// How many messages a day may cost, and who may spend what: a caller who proved nothing can use up a share of each
// budget and no more, so that outsiders cannot keep the site's people from their codes; and mail and SMS have budgets
// of their own, so that what is spent on one does not end the other.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::outbox {

/// Messages of one medium within a day (model::DayCount).
struct Budget {
    std::uint32_t account = 0;
    std::uint32_t destination = 0;
    std::uint32_t country = 0; ///< of the telephone number; SMS only
    std::uint32_t place = 0;
    std::uint32_t site = 0;
    std::uint32_t unproven_percent = 50; ///< of each of them that outsiders may use up, 0..100
};

struct Budgets {
    Budget mail;
    Budget sms;
};

/// Who asks for a message, and where it would go.
struct QuotaKey {
    model::Medium medium = model::Medium::mail;
    model::Uid account;
    std::string destination;
    model::Digest place;
    bool proven = false; ///< a factor was right in this dialog
};

/// Pure: whether one more fits. An outsider needs room in both the share and the whole.
[[nodiscard]] bool has_room(const model::Usage& usage, std::uint32_t budget, std::uint32_t unproven_percent,
                            bool proven, base::Milliseconds now);

/// In the transaction of the message itself: empty, and each of its budgets is charged; or the first of them that has
/// no room ("account", "destination", "country", "place", "site"), and none is.
[[nodiscard]] std::string_view charge(store::WriteTxn& txn, const Budgets& budgets, const QuotaKey& whose,
                                      base::Milliseconds now);

} // namespace loquet::outbox
