// SPDX-License-Identifier: LGPL-2.1-or-later
// Tickets: codes of eight digits that were sent, or read out by the helpdesk, and with which a person goes on later,
// at another prompt, where a dialog left off. A ticket is made in the transaction of the answer that earned it, with
// its message, and spent in the transaction of what it was for. Loop thread; what it returns as Work runs on the
// writer's. Each decision is made of what stands in the store at that moment; the Work checks that it still stands.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/model/steady_time.h"
#include "daemon/model/ticket.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/typed_code.h"
#include "daemon/store/store.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::recovery {

inline constexpr base::Milliseconds mail_life = std::chrono::minutes(60);
/// Of a mailed code once six went out within a day: somebody asks who may be a stranger, and the budget of messages is
/// to last. What the owner has in the mailbox is good until the next one comes.
inline constexpr base::Milliseconds pressed_mail_life = std::chrono::hours(6);
inline constexpr std::uint32_t pressed_after = 6;
inline constexpr base::Milliseconds sms_life = std::chrono::minutes(10);
inline constexpr base::Milliseconds operator_life = std::chrono::minutes(30); ///< of a code that is read out
inline constexpr base::Milliseconds caller_life = std::chrono::minutes(10);   ///< of a code that a caller reads out
inline constexpr base::Milliseconds grace = std::chrono::minutes(5); ///< from the first time that a code is typed
inline constexpr base::Milliseconds resend_pause = std::chrono::minutes(1);
inline constexpr std::uint32_t most_address_codes = 6; ///< to addresses that an account's owner gives, within a day
inline constexpr std::uint32_t most_resends = 5;       ///< of one ticket's code, after the first message

/// The code of a ticket: each is as likely as any other. Empty where the ticket has no seed any more.
[[nodiscard]] base::Secret code_of(const model::Ticket& ticket);
/// As people read it: "1234 5678".
[[nodiscard]] base::Secret grouped(const base::Secret& code);

/// Whether the code of such a ticket is worth something: it waits and its time is not over, or it was opened less than
/// `grace` ago, whatever `until` says; and the account is of the ticket's generation. Pure.
[[nodiscard]] bool is_live(const model::Ticket& ticket, std::uint64_t generation, base::Milliseconds now) noexcept;

class Tickets {
public:
    /// All of them outlive this object. Without an outbox nothing is sent: such a request makes no ticket.
    Tickets(outbox::Outbox* outbox, const store::Store& store, model::SteadyTime& steady, const base::Clock& clock)
        : outbox_(outbox), store_(store), steady_(steady), clock_(clock) {}

    /// What somebody wants to have issued. Plain value.
    struct Issue {
        model::Uid account;
        model::TicketType type = model::TicketType::recover;
        model::TicketIssuer issuer = model::TicketIssuer::owner;
        std::optional<model::Medium> medium; ///< none: the code is not sent but returned, for an operator
        std::string purpose;
        std::string step;                ///< that issues it
        std::vector<std::string> proved; ///< steps that were right before
        std::uint32_t actor = 0;         ///< uid of the operator, or of the caller
        model::Digest place;             ///< DigestKind::place
        std::string where;               ///< the place in clear (Notices::Origin)
        std::string locale;              ///< if the account prefers none
        bool proven = false;             ///< asked for by somebody who proved who they are, or who may do it
        std::string name;                ///< of the account, for a message that says it too; empty: it does not
        std::string destination;         ///< of `change_address`: canonical, and not the account's own yet; else empty
        bool takes_an_operator = false;  ///< the owner has rights over the machine, and gets no code by asking for one
    };
    struct Issued {
        store::Store::Work work;
        base::Secret code;        ///< of a ticket without a medium: shown to the operator once, never kept; empty else
        bool sends = false;       ///< the work writes a message
        std::uint64_t serial = 0; ///< of the ticket that it then is
    };
    /// Under the account's permit. While a ticket of that type and medium is live, its code goes out once more, at most
    /// `most_resends` times and `resend_pause` apart (of one that lives for `pressed_mail_life`, never), and it lives
    /// no longer for that; a request in between sends and changes nothing. Else a new ticket with a new code takes the
    /// place of the one that is dead. A request of the helpdesk begins a ticket of its owner's anew, with the same
    /// code. Where another account has confirmed the address, too (outbox::Settings::shared_addresses), or where it
    /// takes an operator, the owner is sent why there is no code, and no ticket is made; a request of the helpdesk
    /// makes one. A code by which a caller is verified is one operator's: for another one it is a new one. A code for a
    /// new address is good for that address alone, and after `most_address_codes` messages within a day there is no new
    /// one: Error (limited); the live one is not sent again and stays good. A ticket is made, and a message counted,
    /// only where the outbox takes the message up; else the record of the refused message is all that is written. The
    /// work throws Error: `conflict` where the account or its ticket changed in between, `not_found` where the account
    /// is gone.
    [[nodiscard]] Issued issue(const Issue& request);

    /// What a right code opens. Plain value.
    struct Match {
        model::TicketType type = model::TicketType::recover;
        std::optional<model::Medium> medium;
        model::TicketIssuer issuer = model::TicketIssuer::owner;
        std::string purpose;
        std::string step;
        std::vector<std::string> proved;
        std::uint64_t serial = 0;     ///< which ticket it is: its place may have another one later
        std::uint64_t generation = 0; ///< of the account that it is for
        std::uint32_t actor = 0;      ///< Issue::actor
        model::Digest destination;    ///< of where the code went, where that is not the account's own address
    };
    /// The live ticket of this account, of these types, that has the code. It compares with each place, in the same
    /// time whether there is a ticket or not. Nothing for an empty code.
    [[nodiscard]] std::optional<Match> find(const model::Account& account, std::span<const model::TicketType> types,
                                            const base::Secret& code) const;
    [[nodiscard]] std::optional<Match> find(const model::Account& account,
                                            std::initializer_list<model::TicketType> types,
                                            const base::Secret& code) const {
        return find(account, std::span(types.begin(), types.size()), code);
    }

    /// Its code was typed: the dialog `holder` (not 0) has it now, also where another one had it before. The work
    /// throws Error (conflict) where the ticket is not live any more.
    [[nodiscard]] store::Store::Work open(model::Uid account, const Match& match, std::uint64_t holder) const;
    /// Whether that dialog still has it and it is live.
    [[nodiscard]] bool holds(model::Uid account, const Match& match, std::uint64_t holder) const;
    /// Whether it is live, and another dialog has it.
    [[nodiscard]] bool is_taken_over(model::Uid account, const Match& match, std::uint64_t holder) const;
    /// It is spent, for the transaction of what it was for: put it before what raises the account's generation. The
    /// work throws Error (conflict) where that dialog has it no more, or it is not live any more.
    [[nodiscard]] store::Store::Work use(model::Uid account, const Match& match, std::uint64_t holder) const;

    /// The live ones of the account are void from here on; `why` is a word for the helpdesk.
    static void void_all(store::WriteTxn& txn, model::Uid account, std::string_view why);

    /// All that the account has places for, by type and medium, without their seeds. The state is that of now:
    /// `expired`, or `voided` ("account-changed") where the account is of another generation.
    [[nodiscard]] std::vector<model::Ticket> list(const store::ReadTxn& txn, model::Uid account) const;

private:
    [[nodiscard]] base::Milliseconds now() const { return steady_.now(clock_); }
    void add_what_all_say(outbox::SendRequest& message, const Issue& request) const;

    outbox::Outbox* outbox_;
    const store::Store& store_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
};

} // namespace loquet::recovery
