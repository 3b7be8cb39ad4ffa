// SPDX-License-Identifier: LGPL-2.1-or-later
// What the helpdesk is asked on the telephone, in one answer: can this person log in, and why not; what happened to the
// account, what was sent and what became of it, which codes are live. The verdicts are pure; the searches look at a
// slice at a time, so that the loop serves others meanwhile. Loop thread.
#pragma once

#include "daemon/audit/audit_log.h"
#include "daemon/config/config.h"
#include "daemon/model/ids.h"
#include "daemon/model/ticket.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/bus/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::api {

struct AccountProperties;

/// Whether its owner can log in.
enum class LoginVerdict : std::uint8_t {
    open,        ///< yes
    change,      ///< yes, and chooses a new password then
    no_service,  ///< no: the account may use no service
    no_password, ///< no: it never had one
    failures,    ///< no: too many of them, until a time or until somebody unlocks
    locked,      ///< no: by the helpdesk
    disabled,    ///< no: by an administrator
};
/// Whether its owner can get a new password without help.
enum class RecoveryVerdict : std::uint8_t {
    open,
    locked,     ///< by failures, until a time or until somebody unlocks
    no_address, ///< no code may go anywhere: no address is confirmed, or none of a medium that the site sends by
    held,       ///< addresses are there, and codes go to them when a hold is over
    shared,     ///< addresses are there, and other accounts have them, too
    privileged, ///< the account has rights over the machine: it takes an operator, and a second person
    unasked,    ///< not now: nobody answers whether the account has rights over the machine
    no_flow,    ///< the site does not offer it
    not_active, ///< the account is locked by the helpdesk, or disabled
};
[[nodiscard]] std::string_view to_text(LoginVerdict verdict) noexcept;
[[nodiscard]] std::string_view to_text(RecoveryVerdict verdict) noexcept;

/// What the word is said with.
struct LoginState {
    LoginVerdict verdict = LoginVerdict::open;
    base::Milliseconds until{0}; ///< wall clock, of `failures`; max(): until somebody unlocks
    std::string reason;          ///< the operator's text, or the word of the lockout policy
    bool known_places = false;   ///< of `failures`: its owner is known at places where the lock does not hold
    /// Where the account is open and a single place is shut by failures there: until when; max(): until somebody
    /// unlocks; 0: no place is.
    base::Milliseconds place_locked_until{0};
};
struct RecoveryState {
    RecoveryVerdict verdict = RecoveryVerdict::open;
    base::Milliseconds until{0};      ///< of `locked` and `held`; wall clock
    std::vector<model::Medium> media; ///< by which a code can go out
};
/// `wall`: now, of the wall clock.
[[nodiscard]] LoginState login_verdict(const AccountProperties& account, base::Milliseconds wall);
/// What else a recovery depends on.
struct RecoveryFacts {
    std::vector<model::Medium> shared; ///< media whose address another account has confirmed, too
    /// The account has rights over the machine; nothing: the machine's sources of names do not say.
    std::optional<bool> privileged = false;
};
[[nodiscard]] RecoveryState recovery_verdict(const AccountProperties& account, const config::Config& settings,
                                             const RecoveryFacts& facts = {});

/// What a login asks at services without a flow of their own: "password, [totp]".
[[nodiscard]] std::string login_in_short(const config::Config& settings);

struct EventsOfAccount {
    std::vector<audit::Entry> newest; ///< newest first, at most limits::described_events
    base::Milliseconds since{0};      ///< older ones than this were not looked at; 0: all were
};
/// Among the newest `search` records.
[[nodiscard]] base::Task<EventsOfAccount> find_events(const store::Store& store, bus::Loop& loop, model::Uid account,
                                                      std::size_t search = limits::audit_records_per_search);
/// The newest limits::described_messages, newest first.
[[nodiscard]] base::Task<outbox::MessagePage> find_messages(const store::Store& store, bus::Loop& loop,
                                                            model::Uid account);

struct AccountDescription {
    LoginState login;
    RecoveryState recovery;
    std::string asks;
    std::vector<model::Ticket> tickets;
    EventsOfAccount events;
    outbox::MessagePage messages;
};
/// The a{sv} of Describe.
void write_description(bus::Writer& writer, const AccountDescription& description, outbox::Outbox& outbox);

} // namespace loquet::api
