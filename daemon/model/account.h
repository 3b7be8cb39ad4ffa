// SPDX-License-Identifier: LGPL-2.1-or-later
// An account, split by who may see which part: a leak needs the wrong type, not a forgotten filter. Plain values.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/public_account.h"
#include "lib/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loquet::model {

enum class AccountState : std::uint8_t {
    active = 0,
    locked = 1,   ///< by the helpdesk, until unlocked; too many failures are a matter of counters, not of this state
    disabled = 2, ///< taken out of service
};

/// A code by which the owner says that a change was not theirs (notices/notices.h).
struct RevocationCode {
    Digest code;
    base::Milliseconds until{0}; ///< wall clock
    friend bool operator==(const RevocationCode&, const RevocationCode&) = default;
};

/// Where the owner proved a second factor, so that it need not be asked there for a while.
struct TrustedPlace {
    Digest place;
    base::Milliseconds proved{0}; ///< steady clock (steady_time.h)
    friend bool operator==(const TrustedPlace&, const TrustedPlace&) = default;
};

/// What the daemon and, masked, the helpdesk see.
struct PrivateAccount {
    AccountState state = AccountState::active;
    std::string state_reason;
    std::uint64_t generation =
        0; ///< raised by password and address changes, resets and locks; voids what was issued before
    base::Milliseconds created{0};
    base::Milliseconds last_login{0}; ///< 0: never
    std::string mail;
    std::string phone; ///< E.164
    /// When it was shown that the address is the owner's; 0: never, and then it is no way to a new password (NIST SP
    /// 800-63B-4, 4.2.1.2).
    base::Milliseconds mail_confirmed{0};
    base::Milliseconds phone_confirmed{0};
    /// Of an address that the helpdesk confirmed for a caller whom nobody verified: until then it is no way to a new
    /// password all the same (steady clock). 0: it is at once.
    base::Milliseconds mail_held_until{0};
    base::Milliseconds phone_held_until{0};
    std::string organisation;
    std::string locale;                           ///< preferred; empty: the dialog's
    std::vector<std::string> authorisations;      ///< PAM services or applications this account may use; "*" is all
    std::vector<std::string> factors;             ///< steps that its owner has set up
    std::vector<RevocationCode> revocation_codes; ///< oldest first
    std::vector<TrustedPlace> trusted_places;     ///< the one that was proved last is the last one
    friend bool operator==(const PrivateAccount&, const PrivateAccount&) = default;
};

/// Hashes; only the password step reads them. A hash is not the password, but is kept as if it were one.
struct Credential {
    std::string password_hash; ///< crypt(5); empty: no password was ever set
    base::Milliseconds password_changed{0};
    bool must_change = false;         ///< set by somebody else than its owner
    bool own_before = false;          ///< there was one already that its owner did not have to change
    std::vector<std::string> history; ///< former hashes, newest first
    friend bool operator==(const Credential&, const Credential&) = default;
};

struct Account {
    PublicAccount public_part;
    PrivateAccount private_part;
};

} // namespace loquet::model
