// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/tickets.h"

#include "daemon/model/canonical_form.h"
#include "daemon/notices/notices.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::recovery {

using base::Error;
using base::Milliseconds;
using base::Secret;
using base::SecureBytes;
using model::Medium;
using model::Ticket;
using model::TicketIssuer;
using model::TicketPlace;
using model::TicketState;
using model::TicketType;
using model::Uid;
using store::ReadTxn;
using store::Store;
using store::TicketsTable;
using store::WriteTxn;

namespace {

constexpr std::size_t group_digits = 4;

} // namespace

Secret code_of(const Ticket& ticket) {
    if (ticket.seed.empty()) {
        return {};
    }
    constexpr std::uint64_t codes = 100'000'000;
    std::uint64_t number = 0; // of 128 bits: what the remainder prefers is nothing (2^-100)
    for (const std::uint8_t byte : ticket.seed) {
        number = (number << 8U | byte) % codes;
    }
    SecureBytes code(code_digits);
    for (auto digit = code.rbegin(); digit != code.rend(); ++digit) {
        *digit = static_cast<std::uint8_t>('0' + number % 10);
        number /= 10;
    }
    return Secret(std::move(code));
}

Secret grouped(const Secret& code) {
    SecureBytes groups;
    groups.reserve(code.size() + code.size() / group_digits);
    for (const char digit : code.reveal()) {
        if (groups.size() % (group_digits + 1) == group_digits) {
            groups.push_back(' ');
        }
        groups.push_back(static_cast<std::uint8_t>(digit));
    }
    return Secret(std::move(groups));
}

namespace {

/// From when on the code opens nothing any more.
Milliseconds end_of(const Ticket& ticket) {
    return ticket.state == TicketState::opened ? ticket.opened + grace : ticket.until;
}

} // namespace

bool is_live(const Ticket& ticket, std::uint64_t generation, Milliseconds now) noexcept {
    return !is_final(ticket.state) && ticket.generation == generation && now < end_of(ticket);
}

namespace {

constexpr std::array<std::optional<Medium>, 3> media{std::nullopt, Medium::mail, Medium::sms};

constexpr Milliseconds day = std::chrono::hours(24);

Milliseconds life_of(const Ticket& ticket) {
    if (!ticket.place.medium) {
        return operator_life;
    }
    if (ticket.place.type == TicketType::verify_caller) {
        return caller_life;
    }
    if (*ticket.place.medium == Medium::sms) {
        return sms_life;
    }
    const bool pressed = ticket.issuer == TicketIssuer::owner && ticket.day_sent >= pressed_after;
    return pressed ? pressed_mail_life : mail_life;
}

const char* text_of(TicketType type, TicketIssuer asked_by, Medium medium, bool with_name) {
    const bool by_sms = medium == Medium::sms;
    switch (type) {
    case TicketType::recover:
        if (with_name) {
            return by_sms ? "ticket.recover_named_sms" : "ticket.recover_named_mail";
        }
        if (asked_by == TicketIssuer::owner) {
            return by_sms ? "ticket.recover_sms" : "ticket.recover_mail";
        }
        return by_sms ? "ticket.reset_sms" : "ticket.reset_mail";
    case TicketType::unlock:
        return by_sms ? "ticket.unlock_sms" : "ticket.unlock_mail";
    case TicketType::verify_caller:
        return by_sms ? "ticket.verify_sms" : "ticket.verify_mail";
    case TicketType::change_address:
        return by_sms ? "ticket.address_sms" : "ticket.address_mail";
    case TicketType::activate:
        break;
    }
    throw Error(Error::Kind::invalid, "there is no message for a ticket of the type " + std::string(to_text(type)));
}

std::string masked_address(const std::string& address, Medium medium) {
    return medium == Medium::sms ? model::masked_phone(address) : model::masked_mail(address);
}

std::string masked_address(const model::PrivateAccount& account, std::optional<Medium> medium) {
    return medium ? masked_address(model::address_of(account, *medium), *medium) : std::string();
}

model::Digest digest_of(const Store& store, const std::string& address, Medium medium) {
    return address.empty()
               ? model::Digest{}
               : store.digest(medium == Medium::sms ? store::DigestKind::phone : store::DigestKind::mail, address);
}

/// What a request is decided by.
struct Standing {
    std::uint64_t generation = 0;
    std::string masked;
    std::string locale;
    bool shared = false;          ///< another account has the address, too
    std::optional<Ticket> ticket; ///< in the place that is asked for, live or not
    friend bool operator==(const Standing&, const Standing&) = default;
};

Standing standing_of(const ReadTxn& txn, Uid account, const TicketPlace& place, Milliseconds now) {
    auto private_part = store::PrivateAccounts::get(txn, account);
    if (!private_part) {
        throw Error(Error::Kind::not_found, "there is no account with this number");
    }
    const bool shared =
        place.medium && store::IdentifiersTable::is_shared(txn, account, *private_part, *place.medium, now);
    return {private_part->generation, masked_address(*private_part, place.medium), std::move(private_part->locale),
            shared, TicketsTable::get(txn, account, place)};
}

void require_unchanged(const ReadTxn& txn, Uid account, const TicketPlace& place, const Standing& before,
                       Milliseconds at) {
    if (!(standing_of(txn, account, place, at) == before)) {
        throw Error(Error::Kind::conflict, "the account was changed at this moment: ask for the code once more");
    }
}

Store::Work check_alone(Uid account, const TicketPlace& place, Standing before, Milliseconds at) {
    return [account, place, before = std::move(before), at](WriteTxn& txn) {
        require_unchanged(txn, account, place, before, at);
    };
}

/// The code stays where an operator takes a ticket over: what a person has in hand goes on working.
Ticket begun(const Tickets::Issue& request, const Standing& before, const model::Digest& destination, bool live,
             Milliseconds now) {
    Ticket ticket;
    ticket.place = {request.type, request.medium};
    if (live) {
        ticket.seed = before.ticket->seed;
    } else {
        ticket.seed.resize(Ticket::seed_bytes);
        base::fill_random(ticket.seed);
    }
    ticket.serial = before.ticket ? before.ticket->serial + 1 : 1;
    ticket.issuer = request.issuer;
    ticket.destination = destination;
    ticket.masked = request.destination.empty() ? before.masked : masked_address(request.destination, *request.medium);
    ticket.generation = before.generation;
    ticket.purpose = request.purpose;
    ticket.step = request.step;
    ticket.proved = request.proved;
    ticket.actor = request.actor;
    ticket.issued = now;
    const bool same_day = before.ticket && now - before.ticket->day_began < day;
    ticket.day_began = same_day ? before.ticket->day_began : now;
    ticket.day_sent = same_day ? before.ticket->day_sent : 0;
    ticket.until = now + life_of(ticket);
    return ticket;
}

/// No more codes go to new addresses today; the one that its owner has in hand is good all the same.
bool is_used_up(const Ticket& ticket) {
    return ticket.place.type == TicketType::change_address && ticket.day_sent >= most_address_codes;
}

bool may_go_out_again(const Ticket& ticket, Milliseconds now) {
    return !is_used_up(ticket) && ticket.sent <= most_resends && ticket.until - ticket.issued < pressed_mail_life
           && now >= ticket.last_sent + resend_pause && end_of(ticket) - now >= limits::shortest_message_life;
}

Ticket sent_once_more(Ticket ticket, Milliseconds now) {
    ++ticket.sent;
    ticket.day_sent += ticket.issuer == TicketIssuer::owner ? 1 : 0;
    ticket.last_sent = now;
    return ticket;
}

/// To the address that the account has confirmed, or that is to be its own, and without a text.
outbox::SendRequest message_to_owner(const Tickets::Issue& request, const Standing& before) {
    outbox::SendRequest message;
    message.medium = *request.medium;
    message.account = request.account;
    message.locale = before.locale.empty() ? request.locale : before.locale;
    message.step = request.step;
    message.proven = request.proven;
    message.destination = request.destination;
    message.confirmed = request.destination.empty();
    message.place = request.place;
    return message;
}

outbox::SendRequest message_with(const Ticket& ticket, const Tickets::Issue& request, const Standing& before,
                                 Milliseconds now) {
    outbox::SendRequest message = message_to_owner(request, before);
    message.text = text_of(request.type, request.issuer, *request.medium, !request.name.empty());
    message.step = ticket.step;
    message.code = true;
    message.generation = ticket.generation;
    message.lifetime = end_of(ticket) - now;
    const auto minutes = std::max<std::int64_t>(std::chrono::floor<std::chrono::minutes>(message.lifetime).count(), 1);
    message.variables.push_back({"code", grouped(code_of(ticket))});
    if (!request.name.empty()) {
        message.variables.push_back({"name", Secret(request.name)});
    }
    message.variables.push_back({"minutes", Secret(std::to_string(minutes))});
    return message;
}

/// In place of a code: where the owner has rights over the machine, or where who reads the mailbox would get into each
/// account that has the address.
outbox::SendRequest message_why_there_is_none(const Tickets::Issue& request, const Standing& before) {
    const bool by_sms = *request.medium == Medium::sms;
    outbox::SendRequest message = message_to_owner(request, before);
    if (request.takes_an_operator) {
        message.text = by_sms ? "ticket.operator_sms" : "ticket.operator_mail";
    } else {
        message.text = by_sms ? "ticket.shared_sms" : "ticket.shared_mail";
    }
    message.lifetime = limits::longest_message_life;
    return message;
}

/// Whether it is on its way to somebody now, and not refused.
bool is_taken_up(WriteTxn& txn, Store::Work& message) {
    const std::uint64_t before = store::OutboxTable::pending(txn);
    message(txn);
    return store::OutboxTable::pending(txn) > before;
}

} // namespace

namespace {

void require_sensible(const Tickets::Issue& request) {
    const bool verifies = request.type == TicketType::verify_caller;
    const bool changes_address = request.type == TicketType::change_address;
    if (request.medium && request.type != TicketType::recover && request.type != TicketType::unlock && !verifies
        && !changes_address) {
        throw Error(Error::Kind::invalid,
                    "there is no message for a ticket of the type " + std::string(to_text(request.type)));
    }
    if (!request.medium && request.issuer == TicketIssuer::owner) {
        throw Error(Error::Kind::invalid, "only an operator reads a code out");
    }
    if (verifies && (!request.medium || request.issuer != TicketIssuer::helpdesk)) {
        throw Error(Error::Kind::invalid, "only an operator verifies a caller, by a code that is sent");
    }
    if (changes_address == request.destination.empty() || (changes_address && !request.medium)) {
        throw Error(Error::Kind::invalid, "a code for a new address goes to that address, and no other one does");
    }
}

} // namespace

void Tickets::add_what_all_say(outbox::SendRequest& message, const Issue& request) const {
    const outbox::Settings& settings = outbox_->settings();
    message.variables.push_back({"organisation", Secret(settings.organisation)});
    message.variables.push_back({"contact", Secret(settings.contact)});
    notices::add_place_and_time(message.variables, settings.machine, request.where, clock_.wall());
}

Tickets::Issued Tickets::issue(const Issue& request) {
    const Uid account = request.account;
    const TicketPlace place{request.type, request.medium};
    require_sensible(request);
    const Milliseconds at = now();
    Standing before = store_.read([&](const ReadTxn& txn) { return standing_of(txn, account, place, at); });
    const bool opens_account = request.type != TicketType::change_address;
    if (request.issuer == TicketIssuer::owner && opens_account && outbox_ != nullptr
        && (request.takes_an_operator || (before.shared && !outbox_->settings().shared_addresses))) {
        outbox::SendRequest message = message_why_there_is_none(request, before);
        add_what_all_say(message, request);
        return {[account, place, before = std::move(before), at,
                 message = outbox_->enqueue(std::move(message))](WriteTxn& txn) mutable {
                    require_unchanged(txn, account, place, before, at);
                    message(txn);
                },
                {},
                true,
                0};
    }
    const model::Digest destination =
        request.medium ? digest_of(store_, request.destination, *request.medium) : model::Digest{};
    const bool others = before.ticket
                        && ((request.type == TicketType::verify_caller && before.ticket->actor != request.actor)
                            || before.ticket->destination != destination);
    const bool live = before.ticket && !others && is_live(*before.ticket, before.generation, at);
    const bool begins =
        !live || (request.issuer != TicketIssuer::owner && before.ticket->issuer == TicketIssuer::owner);
    if (request.medium && (outbox_ == nullptr || (!begins && !may_go_out_again(*before.ticket, at)))) {
        return {check_alone(account, place, std::move(before), at), {}, false, 0};
    }
    if (!request.medium && !begins) {
        Secret code = code_of(*before.ticket);
        const std::uint64_t serial = before.ticket->serial;
        return {check_alone(account, place, std::move(before), at), std::move(code), false, serial};
    }
    Ticket ticket = begins ? begun(request, before, destination, live, at) : *before.ticket;
    if (is_used_up(ticket)) {
        throw Error(Error::Kind::limited, "too many codes went to new addresses today: try again tomorrow");
    }
    const std::uint64_t serial = ticket.serial;
    if (!request.medium) {
        Secret code = code_of(ticket);
        return {[account, place, before = std::move(before), ticket = std::move(ticket), at](WriteTxn& txn) {
                    require_unchanged(txn, account, place, before, at);
                    TicketsTable::put(txn, account, ticket);
                    store::MetaTable::put_steady_time(txn, at);
                },
                std::move(code), false, serial};
    }
    ticket = sent_once_more(std::move(ticket), at);
    outbox::SendRequest message = message_with(ticket, request, before, at);
    add_what_all_say(message, request);
    return {[account, place, before = std::move(before), ticket = std::move(ticket), at,
             message = outbox_->enqueue(std::move(message))](WriteTxn& txn) mutable {
                require_unchanged(txn, account, place, before, at);
                if (is_taken_up(txn, message)) {
                    TicketsTable::put(txn, account, ticket);
                    store::MetaTable::put_steady_time(txn, at);
                }
            },
            {},
            true,
            serial};
}

std::optional<Tickets::Match> Tickets::find(const model::Account& account, std::span<const TicketType> types,
                                            const Secret& code) const {
    if (code.empty()) {
        return std::nullopt;
    }
    const Uid uid = account.public_part.uid;
    const std::uint64_t generation = account.private_part.generation;
    Ticket nobodys; // compared with where a place is empty
    nobodys.seed.resize(Ticket::seed_bytes);
    std::optional<Ticket> found;
    store_.read([&](const ReadTxn& txn) {
        for (const TicketType type : types) {
            for (const auto& medium : media) {
                auto ticket = TicketsTable::get(txn, uid, {type, medium});
                const bool live = ticket && is_live(*ticket, generation, now());
                const Secret right = code_of(live ? *ticket : nobodys);
                if (base::same_secret(right.reveal(), code.reveal()) && live && !found) {
                    found = std::move(ticket);
                }
            }
        }
        return 0;
    });
    if (!found) {
        return std::nullopt;
    }
    return Match{found->place.type,      found->place.medium,      found->issuer, std::move(found->purpose),
                 std::move(found->step), std::move(found->proved), found->serial, found->generation,
                 found->actor,           found->destination};
}

namespace {

Error not_valid() {
    return {Error::Kind::conflict, "the code is not valid any more: ask for a new one"};
}

/// The ticket that was found, where it still is that one, and live.
std::optional<Ticket> still_live(const ReadTxn& txn, Uid account, const Tickets::Match& match, Milliseconds now) {
    const auto private_part = store::PrivateAccounts::get(txn, account);
    auto ticket = TicketsTable::get(txn, account, {match.type, match.medium});
    const bool live =
        private_part && ticket && ticket->serial == match.serial && is_live(*ticket, private_part->generation, now);
    return live ? std::move(ticket) : std::nullopt;
}

bool has(const std::optional<Ticket>& ticket, std::uint64_t holder) {
    return ticket && ticket->state == TicketState::opened && ticket->holder == holder;
}

} // namespace

Store::Work Tickets::open(Uid account, const Match& match, std::uint64_t holder) const {
    Store::Work counts = [](WriteTxn&) {};
    if (outbox_ != nullptr && match.medium) {
        counts = match.type == TicketType::change_address
                     ? outbox_->code_used(*match.medium)
                     : outbox_->code_used(account, outbox::SentCode{*match.medium, match.generation});
    }
    return [account, match, holder, at = now(), counts = std::move(counts)](WriteTxn& txn) mutable {
        auto ticket = still_live(txn, account, match, at);
        if (!ticket) {
            throw not_valid();
        }
        if (ticket->state == TicketState::waiting) {
            ticket->state = TicketState::opened;
            ticket->opened = at;
            counts(txn);
        }
        ticket->holder = holder;
        TicketsTable::put(txn, account, *ticket);
        store::MetaTable::put_steady_time(txn, at);
    };
}

bool Tickets::holds(Uid account, const Match& match, std::uint64_t holder) const {
    return store_.read([&](const ReadTxn& txn) { return has(still_live(txn, account, match, now()), holder); });
}

bool Tickets::is_taken_over(Uid account, const Match& match, std::uint64_t holder) const {
    return store_.read([&](const ReadTxn& txn) {
        const auto ticket = still_live(txn, account, match, now());
        return ticket && !has(ticket, holder);
    });
}

Store::Work Tickets::use(Uid account, const Match& match, std::uint64_t holder) const {
    return [account, match, holder, at = now()](WriteTxn& txn) {
        auto ticket = still_live(txn, account, match, at);
        if (!has(ticket, holder)) {
            throw not_valid();
        }
        ticket->state = TicketState::used;
        TicketsTable::put(txn, account, *ticket);
        store::MetaTable::put_steady_time(txn, at);
    };
}

namespace {

/// `visit` gets each ticket that the account has.
template <class Visit>
void each_ticket(const ReadTxn& txn, Uid account, Visit visit) {
    for (const TicketType type : model::ticket_types) {
        for (const auto& medium : media) {
            if (auto ticket = TicketsTable::get(txn, account, {type, medium})) {
                visit(*std::move(ticket));
            }
        }
    }
}

} // namespace

void Tickets::void_all(WriteTxn& txn, Uid account, std::string_view why) {
    const auto private_part = store::PrivateAccounts::get(txn, account);
    if (!private_part) {
        return;
    }
    const Milliseconds at = store::MetaTable::steady_time(txn);
    each_ticket(txn, account, [&](Ticket ticket) {
        if (is_live(ticket, private_part->generation, at)) {
            ticket.state = TicketState::voided;
            ticket.why = why;
            TicketsTable::put(txn, account, ticket);
        }
    });
}

std::vector<Ticket> Tickets::list(const ReadTxn& txn, Uid account) const {
    std::vector<Ticket> tickets;
    const auto private_part = store::PrivateAccounts::get(txn, account);
    each_ticket(txn, account, [&](Ticket ticket) {
        if (!is_final(ticket.state) && (!private_part || private_part->generation != ticket.generation)) {
            ticket.state = TicketState::voided;
            ticket.why = "account-changed";
        } else if (!is_final(ticket.state) && now() >= end_of(ticket)) {
            ticket.state = TicketState::expired;
        }
        ticket.seed.clear();
        tickets.push_back(std::move(ticket));
    });
    return tickets;
}

} // namespace loquet::recovery
