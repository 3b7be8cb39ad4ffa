// SPDX-License-Identifier: LGPL-2.1-or-later
// An account, split by who may see which part: a leak needs the wrong type, not a forgotten filter. Plain values.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/ids.h"
#include "daemon/model/public_account.h"
#include "lib/base/clock.h"
#include "lib/protocol/values.h"

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

/// What was done to the account and its owner reads at the next logins. Numbers are those of the store.
enum class ScreenEvent : std::uint8_t {
    recovered = 1,           ///< a new password, by a code that went to the only address or was read out
    password_reset = 2,      ///< by the helpdesk: a new one is due
    code_sent = 3,           ///< by the helpdesk: one for a new password
    factor_removed = 4,      ///< by the helpdesk
    addresses_confirmed = 5, ///< by the helpdesk
    unlocked = 6,            ///< by the helpdesk: unlocked or enabled, or its failures forgotten
    code_read_out = 7,       ///< by the helpdesk: one for a new password
    address_changed = 8,     ///< by the owner, or somebody who knew what the owner knows
};
struct ScreenNotice {
    ScreenEvent event = ScreenEvent::recovered;
    base::Milliseconds when{0}; ///< wall clock
    std::string by;             ///< the operator's name; empty: the owner's own doing, or somebody's in their name
    std::uint32_t left = 0;     ///< logins that are still to show it
    friend bool operator==(const ScreenNotice&, const ScreenNotice&) = default;
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
    std::vector<ScreenNotice> screen_notices;     ///< oldest first, at most limits::screen_notices
    DayCount unlocks;                             ///< by the owner, of locks by failures; steady clock
    friend bool operator==(const PrivateAccount&, const PrivateAccount&) = default;
};

/// Its owner's address of that medium; empty: none.
[[nodiscard]] inline const std::string& address_of(const PrivateAccount& account, protocol::Medium medium) noexcept {
    return medium == protocol::Medium::mail ? account.mail : account.phone;
}
/// When it was shown to be the owner's (PrivateAccount::mail_confirmed).
[[nodiscard]] inline base::Milliseconds& confirmed_of(PrivateAccount& account, protocol::Medium medium) noexcept {
    return medium == protocol::Medium::mail ? account.mail_confirmed : account.phone_confirmed;
}
/// It has an address of that medium that was shown to be its owner's.
[[nodiscard]] inline bool is_confirmed(const PrivateAccount& account, protocol::Medium medium) noexcept {
    return !address_of(account, medium).empty()
           && (medium == protocol::Medium::mail ? account.mail_confirmed : account.phone_confirmed).count() != 0;
}

/// PrivateAccount::mail_held_until, or that of the telephone.
[[nodiscard]] inline base::Milliseconds held_until(const PrivateAccount& account, protocol::Medium medium) noexcept {
    return medium == protocol::Medium::mail ? account.mail_held_until : account.phone_held_until;
}

/// Whether what opens the account, or shows who calls, may go to its address of that medium.
enum class AddressState : std::uint8_t { usable, missing, unconfirmed, held };
/// `now` is of the steady clock.
[[nodiscard]] inline AddressState address_state(const PrivateAccount& account, protocol::Medium medium,
                                                base::Milliseconds now) noexcept {
    if (address_of(account, medium).empty()) {
        return AddressState::missing;
    }
    if (!is_confirmed(account, medium)) {
        return AddressState::unconfirmed;
    }
    return now < held_until(account, medium) ? AddressState::held : AddressState::usable;
}

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
