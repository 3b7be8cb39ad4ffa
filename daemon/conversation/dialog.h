// SPDX-License-Identifier: LGPL-2.1-or-later
// What one dialog knows: who asked, from what place, about whom, how far it came; and the table of the open ones. Loop
// thread; a dialog is shared by the engine and the coroutine that answers, so that it outlives a caller who leaves.
//
// A place is something that costs: a seat, a console, a remote host; never the number of a pseudo-terminal or of a
// forwarded display, of which everybody gets as many as they open.
#pragma once

#include "daemon/conversation/flow_state.h"
#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/recovery/tickets.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/turn.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loquet::conversation {

/// The remote host: an IPv4 address; the /64 of an IPv6 address, because a host has all of it; "127.0.0.1" for every
/// way to say this machine; a name in lower case.
[[nodiscard]] std::string host_place(std::string_view host);

/// The terminal without "/dev/"; nothing where it is a pseudo-terminal, a forwarded or another machine's display, or
/// empty.
[[nodiscard]] std::optional<std::string> terminal_place(std::string_view tty);

/// What the caller says of itself and of the place. What root says is believed; for others the daemon put in what it
/// knows (api/caller.h).
struct Client {
    std::uint32_t uid = 0; ///< of the caller, from the bus
    std::string sender;    ///< its unique name on the bus
    std::string service;   ///< PAM service
    std::string tty;
    std::string rhost;
    std::string seat;
    std::string locale;
    std::optional<std::uint32_t> account_uid; ///< the UID that the caller's NSS gives for the name
    std::optional<std::uint32_t>
        real_uid;                      ///< who started a set-uid program such as passwd(1); absent: the caller itself
    bool account_phase = false;        ///< PAM's account management without an authentication by us
    bool without_self_service = false; ///< this PAM stack offers none, whatever the configuration says of its service

    [[nodiscard]] bool is_root() const noexcept { return uid == 0; }
    /// Root itself, not somebody who runs a set-uid program: passwd(1) must ask its user for the current password.
    [[nodiscard]] bool acts_for_root() const noexcept { return is_root() && real_uid.value_or(0) == 0; }
    /// The person who acts: behind a set-uid program the one who started it.
    [[nodiscard]] std::uint32_t person() const noexcept { return is_root() ? real_uid.value_or(0) : uid; }
    /// One word for the place, for counters and the audit: something that costs, so that nobody has many of them.

    [[nodiscard]] std::string place() const;
    /// The place is a person (behind su, a screen locker, a daemon of root's), no seat, console or host.
    [[nodiscard]] bool is_at_a_person() const;
};

/// Whom the dialog is about. Nothing in it says to a caller whether the account exists.
struct Subject {
    std::string name; ///< canonical where it can be one, else what was typed
    std::optional<model::Account> account;
    model::Digest identity;
    model::Digest place;

    [[nodiscard]] std::optional<model::Uid> uid() const {
        return account ? std::optional(account->public_part.uid) : std::nullopt;
    }
    /// The same attempt as it would be if nobody had the name: for equal work behind a lock.
    [[nodiscard]] Subject as_unknown() const { return {name, std::nullopt, identity, place}; }
};

/// The proved password by the configured method, where the stored hash is weaker. Written with the granted end of the
/// dialog alone.
struct HashRenewal {
    std::string old_hash;
    std::string new_hash;
};

struct Effects;
class FlowSet;

struct Dialog {
    Dialog(std::string purpose_of, Client asked_by, Subject about, std::vector<FlowItem> items,
           std::shared_ptr<const FlowSet> of = {})
        : flows(std::move(of)), purpose(std::move(purpose_of)), client(std::move(asked_by)), subject(std::move(about)),
          began_with(subject.name), flow(std::move(items)) {}

    /// Its end lets somebody in.
    [[nodiscard]] bool logs_in() const noexcept;

    /// What it began with, whatever is reloaded meanwhile.
    std::shared_ptr<const FlowSet> flows;
    std::string purpose;
    Client client;
    Subject subject;
    std::string began_with; ///< the name of its first subject: what the program goes on with, if it takes none back
    FlowState flow;
    std::map<std::string, base::SecureBytes> states; ///< of plugin steps, for this dialog
    std::uint32_t new_password_tries = 0;
    bool proved = false;          ///< a step that proves something was granted
    std::uint64_t generation = 0; ///< of the account when that was; another ends the dialog
    std::optional<HashRenewal> renewal;
    std::optional<model::Digest> proved_password; ///< typed_digest() of it
    bool as_unknown = false;                      ///< the name is taken for one that nobody has
    bool behind_lock = false;                     ///< at its last attempt: steps are run as for an unknown name
    bool judged = false;                          ///< a step that proves something was answered
    protocol::PromptRole answered = protocol::PromptRole::current_password; ///< what was typed last
    bool set_up_a_factor = false;                                           ///< at least one
    protocol::Reason reason = protocol::Reason::none; ///< what the account phase must know when it is granted
    std::vector<std::string> messages;                ///< shown when it is granted
    std::vector<model::ScreenNotice> shown_notices;   ///< of the account, among the messages
    std::optional<protocol::Wait> wait;               ///< what its step said last, while it waits
    std::shared_ptr<Effects> polled;               ///< what a poll led to, while there was no permit to go on with it
    std::optional<base::Milliseconds> waits_since; ///< since when its step waits for what happens elsewhere; boottime

    // Of those who cannot log in.
    bool nameless = false;                      ///< it was begun by a name that is nobody's and opens the menu
    bool identified = false;                    ///< the subject is whom a step found, not whom the program asks about
    std::optional<std::string> identified_mail; ///< ... by this address, canonical
    /// Came to whom it is about by a mail address, at this place: until something is proved, how long one waits follows
    /// from what was tried under that address there, and not from whose it is (typed_address()).
    std::optional<model::Digest> waits_as;
    std::optional<model::Digest> began_waits_as;    ///< the same of whom it began with
    bool is_first_question = true;                  ///< nothing but empty answers were given yet
    bool hinted = false;                            ///< an empty one was told how to get help
    std::uint32_t slips = 0;                        ///< choices that were none
    std::optional<model::Medium> ticket_medium;     ///< by which the ticket step sends
    bool code_only = false;                         ///< behind a lock of the login: what is typed may be a code alone
    std::optional<recovery::Tickets::Match> ticket; ///< that this dialog has ...
    std::uint64_t holder = 0;                       ///< ... under this number
    std::vector<std::string> proved_steps;          ///< in the recovery, before and behind the ticket
    std::vector<std::string> proved_here;           ///< those among them that were proved in this dialog
    bool at_known_place = false;                    ///< the owner has logged in there before
    bool recovered = false;                         ///< a forgotten password got a new one
    /// Who it is about has rights over the machine: a new password takes the helpdesk's code, whatever else is proved.
    /// Nothing: not known yet.
    std::optional<bool> takes_an_operator;

    /// What the owner of an account gives it, in a dialog for that.
    struct NewAddress {
        explicit NewAddress(model::Medium by) : medium(by) {}
        model::Medium medium;
        std::string address; ///< canonical; empty: not typed yet
    };
    std::optional<NewAddress> new_address;

    bus::Source timeout;
    base::TaskId task = 0;  ///< in the engine's group: what is done for its last call
    bool busy = true;       ///< its last call has no reply yet: longer than `flow` runs, where that is levelled
    bool announced = false; ///< its caller knows its number
    bool shielded = false;  ///< that task: it counts or writes, and runs to its end

    /// Where a factor that was proved says something about who comes next: at a seat or a host, or among the owner's
    /// own programs; not behind somebody else's su.
    [[nodiscard]] bool is_at_a_thing_of_its_own() const {
        return !client.is_at_a_person() || subject.uid() == std::optional(model::Uid{client.person()});
    }
};

/// Of one account; the one where it is longest ago gives way.
inline constexpr std::size_t trusted_places_kept = 16;

/// `now` is of the steady clock. Never for an outsider.
[[nodiscard]] bool is_trusted(const Subject& subject, base::Milliseconds now, std::chrono::days trust);

/// The factor was proved there at `now`.
void trust(model::PrivateAccount& account, const model::Digest& place, base::Milliseconds now);

using DialogId = std::uint64_t;

class DialogTable {
public:
    /// Throws Error (limited) where another dialog of this caller would be one too many.
    void require_room(const Client& client) const;
    DialogId add(std::shared_ptr<Dialog> dialog);
    /// Another sender's dialog does not exist for this one: Error (not_found).
    [[nodiscard]] std::shared_ptr<Dialog> find(DialogId id, std::string_view sender) const;
    /// What is removed; nothing where there was none.
    std::shared_ptr<Dialog> remove(DialogId id);
    /// What is removed.
    std::vector<std::shared_ptr<Dialog>> remove_all_of(std::string_view sender);
    [[nodiscard]] std::vector<DialogId> all_of(std::string_view sender) const;
    [[nodiscard]] bool contains(DialogId id) const { return dialogs_.contains(id); }
    [[nodiscard]] std::size_t size() const noexcept { return dialogs_.size(); }

private:
    std::unordered_map<DialogId, std::shared_ptr<Dialog>> dialogs_;
    std::map<std::string, std::size_t, std::less<>> of_sender_;
    std::map<std::uint32_t, std::size_t> of_uid_;
    DialogId last_ = 0;
};

} // namespace loquet::conversation
