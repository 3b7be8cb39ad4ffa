// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages that were promised: each is written down in the transaction of what it carries (a code, a changed address),
// judged by its budgets there, and kept until long after its final state, for the helpdesk. The courier delivers them.
// Loop thread; what it returns as Work runs on the writer's.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/budgets.h"
#include "daemon/outbox/sent_codes.h"
#include "daemon/store/store.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::outbox {

/// What somebody wants to have sent. Plain value.
struct SendRequest {
    model::Medium medium = model::Medium::mail;
    model::Uid account;
    /// Where to: empty is the account's own address of that medium, as it stands when the message is written down.
    std::string destination;
    std::string text; ///< id in the message catalogues
    std::vector<model::MessageContent::Variable> variables;
    std::string locale; ///< empty: English
    std::string step;   ///< that asks for it
    bool code = false;  ///< it carries a code: a newer generation of the account voids it, and its use is counted
    std::uint64_t generation = 0; ///< of a code: the account's, when it was made
    bool proven = false;          ///< a factor was right in this dialog
    bool confirmed = false;       ///< it opens the account: it goes to the account's own address alone, once confirmed
    model::Digest place;          ///< where it is asked for (DigestKind::place)
    base::Milliseconds lifetime{0}; ///< limits::shortest_message_life to longest_message_life; else an Error (invalid)
};

/// What the helpdesk looks for: the answer to "I received nothing".
struct MessageFilter {
    std::optional<model::Uid> account;
    std::optional<model::MessageState> state;
};

/// No address and no code is in it.
struct MessagePage {
    std::vector<std::pair<std::uint64_t, model::OutboxEntry>> messages; ///< by number, oldest first
    std::uint64_t next = 0; ///< where the next page begins behind; 0: this is the end
};

/// Of those with a number above `after`, at most `limit` (and limits::messages_per_page). At most
/// limits::messages_per_search are looked at, so a page of a filtered list may be empty and not the last.
[[nodiscard]] MessagePage list_messages(const store::ReadTxn& txn, std::uint64_t after, std::size_t limit,
                                        const MessageFilter& filter);

struct Settings {
    std::vector<model::Medium> media;       ///< that have a channel
    std::string organisation = "localhost"; ///< whose machine this is, as notices say it
    std::string machine = "localhost";      ///< its name
    std::string contact = "localhost";      ///< whom to ask, as messages with a code say it
    bool shared_addresses = false; ///< who asks for a code gets one where several accounts have the address, too
    Budgets budgets;
    AlarmRule alarm;
    base::Milliseconds keep = std::chrono::days(30);        ///< what has a final state
    base::Milliseconds receipts = std::chrono::seconds(30); ///< from one question for receipts to the next
    std::size_t kept = limits::kept_messages;
    std::size_t waiting = limits::waiting_messages;
};

class Outbox {
public:
    Outbox(Settings settings, model::SteadyTime& steady, const base::Clock& clock);
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Holds for what is asked from here on.
    void set(Settings settings);
    [[nodiscard]] const Settings& settings() const noexcept { return *settings_; }

    /// Writes the message down, for the caller's transaction; the courier hears of it when that is durable. Where it
    /// may not be sent it is written down all the same, refused: "no-address", "unconfirmed", "held", "address" (no
    /// channel could send to it), "no-channel", "too-many" (limits::waiting_messages) or "budget:" and which. Nobody
    /// but the helpdesk is to see the difference. Nothing is written for an account that is gone. Throws Error
    /// (invalid) for a lifetime out of range.
    [[nodiscard]] store::Store::Work enqueue(SendRequest request);

    /// Somebody typed a code that this step had sent; for the transaction that accepts it. It is counted as used by the
    /// medium of the step's last code. The account's address of that medium is theirs, so that it is confirmed now
    /// where no code of the step went out by another one since the last was used, and the account is as it was when
    /// the code went out. Does nothing where no code is known (sent_codes.h).
    [[nodiscard]] store::Store::Work code_used(model::Uid account, const std::string& step);
    /// The same of a code of which the caller knows how it went out.
    [[nodiscard]] store::Store::Work code_used(model::Uid account, const SentCode& code);
    /// The same of a code that went to an address which was not the account's own: it is counted, and nothing else.
    [[nodiscard]] store::Store::Work code_used(model::Medium medium);

    /// Tries a message that waits at once. Throws Error: `not_found`; `conflict` where it has its final state, or is
    /// being sent.
    [[nodiscard]] store::Store::Work bring_forward(std::uint64_t number);

    /// Takes what is older than `keep` away, at most limits::messages_per_page at once.
    [[nodiscard]] store::Store::Work tidy();

    [[nodiscard]] base::Milliseconds now() { return steady_.now(clock_); }
    /// A time of a record on the wall clock.
    [[nodiscard]] base::Milliseconds on_wall(base::Milliseconds steady) { return steady_.on_wall(steady, clock_); }

private:
    std::shared_ptr<const Settings> settings_;
    model::SteadyTime& steady_;
    const base::Clock& clock_;
    SentCodes sent_codes_;
};

} // namespace loquet::outbox
