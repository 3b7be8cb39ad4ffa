// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells the owner of an account what was changed of it, where and when, with a code that says "this was not me". The
// codes are written and used inside Store::write only.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/model/notice.h"
#include "daemon/model/outbox_entry.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/store.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::notices {

/// The code of a notice is typed in place of the password, and locks the account. It opens nothing, so it may lie in a
/// mailbox; it is long enough that nobody guesses it through the login prompt.
///
/// Ten characters of an alphabet of 32 (50 bits), five and five: "k7f3a-9xq2m".
inline constexpr std::size_t revocation_code_symbols = 10;
inline constexpr base::Milliseconds revocation_code_life = std::chrono::days(7);
/// Of one account; the oldest gives way.
inline constexpr std::size_t revocation_codes_kept = 4;

[[nodiscard]] base::Secret draw_revocation_code();

/// What is left of what a person typed: small letters and digits. Empty where it cannot be a code.
[[nodiscard]] base::Secret revocation_code_in(std::string_view typed);

/// Adds it to those that run at `now` (wall clock).
void keep(model::PrivateAccount& account, const model::Digest& code, base::Milliseconds now);

/// Whether that code runs at `now`.
[[nodiscard]] bool runs(const model::PrivateAccount& account, const model::Digest& code, base::Milliseconds now);

/// The account is locked until the helpdesk opens it, and what was issued before is void; with a record in the audit
/// log. Throws Error (not_found).
void revoke(store::WriteTxn& txn, model::Uid uid, base::Milliseconds wall);

/// What the owner reads of a place: the machine's name, and behind it what is known of the place there. Each has its
/// share (limits.h), and what the other leaves of its own. An outsider chooses the name of a host: of all but an
/// address only letters, digits in rows of four at most, and '-' are left, with '_' for the rest, so that no device
/// makes a link or a number to call of it.
[[nodiscard]] std::string place_in_notice(const std::string& machine, std::string_view where);

/// The machine's local time in digits: year, month, day, hour, minute.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> time_in_notice(base::Milliseconds wall);

/// Adds the variables by which a message says where something happened, and when: place, and time_in_notice().
void add_place_and_time(std::vector<model::MessageContent::Variable>& variables, const std::string& machine,
                        std::string_view where, base::Milliseconds wall);

/// The text in the message catalogues. Its variables are organisation, account, place and time, and code, except where
/// the helpdesk locked the account.
[[nodiscard]] std::string_view text_of(model::Notice notice) noexcept;

class Notices {
public:
    /// All of them outlive this object.
    Notices(outbox::Outbox& outbox, const store::Store& store, const base::Clock& clock)
        : outbox_(outbox), store_(store), clock_(clock) {}

    /// Where the change came from: for the budgets of messages, and for its owner to read.
    struct Origin {
        model::Digest place; ///< DigestKind::place
        std::string where;   ///< the place in clear ("host:192.0.2.7", "tty:tty1", "user:1000"); empty: this machine
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
