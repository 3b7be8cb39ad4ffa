// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/tickets_table.h"

#include "daemon/store/record_bytes.h"
#include "lib/base/error.h"
#include "lib/base/wire.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace loquet::store {

using base::Error;
using base::Milliseconds;
using model::Ticket;
using model::TicketIssuer;
using model::TicketState;
using records::TicketRecord;

namespace {

constexpr std::string_view ticket_name = "a ticket";
constexpr std::size_t longest_record = 64 * 1024;

struct TicketParts {
    Bytes seed;
    Bytes record;
};

TicketParts split_ticket(Bytes value) {
    try {
        base::WireReader in(value);
        TicketParts parts;
        parts.seed = in.bytes(Ticket::seed_bytes);
        parts.record = in.bytes(longest_record);
        in.expect_end();
        return parts;
    } catch (const Error& error) { // what we wrote ourselves
        throw Error(Error::Kind::corrupt, std::string("a ticket cannot be read: ") + error.what());
    }
}

bool is_known(TicketIssuer issuer) {
    return issuer >= TicketIssuer::owner && issuer <= TicketIssuer::invitation;
}

TicketState state_of(const TicketRecord& record) {
    const auto state = static_cast<TicketState>(std::min(record.state(), UINT32_C(255)));
    const auto issuer = static_cast<TicketIssuer>(std::min(record.issuer(), UINT32_C(255)));
    return state >= TicketState::waiting && state <= TicketState::used && is_known(issuer) ? state
                                                                                           : TicketState::voided;
}

TicketIssuer issuer_of(const TicketRecord& record) {
    const auto issuer = static_cast<TicketIssuer>(std::min(record.issuer(), UINT32_C(255)));
    return is_known(issuer) ? issuer : TicketIssuer::owner;
}

} // namespace

Ticket decode_ticket(const TicketKey& key, Bytes value) {
    const TicketParts parts = split_ticket(value);
    auto record = parse<TicketRecord>(parts.record, ticket_name);
    Ticket ticket;
    ticket.place = key.place;
    ticket.state = state_of(record);
    ticket.issuer = issuer_of(record);
    if (!is_final(ticket.state)) {
        if (parts.seed.size() != Ticket::seed_bytes) {
            throw Error(Error::Kind::corrupt, "a ticket that is live has no seed");
        }
        ticket.seed.assign(parts.seed.begin(), parts.seed.end());
    }
    ticket.destination = record.destination().empty() ? model::Digest{} : digest_from(record.destination());
    ticket.masked = std::move(*record.mutable_masked());
    ticket.serial = record.serial();
    ticket.generation = record.generation();
    ticket.purpose = std::move(*record.mutable_purpose());
    ticket.step = std::move(*record.mutable_step());
    ticket.proved.assign(record.proved().begin(), record.proved().end());
    ticket.actor = record.actor();
    ticket.issued = Milliseconds(record.issued());
    ticket.until = Milliseconds(record.until());
    ticket.last_sent = Milliseconds(record.last_sent());
    ticket.sent = record.sent();
    ticket.day_began = Milliseconds(record.day_began());
    ticket.day_sent = record.day_sent();
    ticket.why = std::move(*record.mutable_why());
    ticket.opened = Milliseconds(record.opened());
    ticket.holder = record.holder();
    return ticket;
}

base::SecureBytes encode(const Ticket& ticket, Bytes stored) {
    TicketRecord record;
    if (!stored.empty()) {
        record = parse<TicketRecord>(split_ticket(stored).record, ticket_name);
    }
    const bool is_new = record.serial() != ticket.serial;
    if (is_new) {
        record.Clear();
    }
    if (is_new || state_of(record) != ticket.state || issuer_of(record) != ticket.issuer) {
        record.set_state(static_cast<std::uint32_t>(ticket.state));
        record.set_issuer(static_cast<std::uint32_t>(ticket.issuer));
    }
    record.set_destination(ticket.destination == model::Digest{} ? std::string() : digest_bytes(ticket.destination));
    set_text(*record.mutable_masked(), ticket.masked);
    record.set_serial(ticket.serial);
    record.set_generation(ticket.generation);
    set_text(*record.mutable_purpose(), ticket.purpose);
    set_text(*record.mutable_step(), ticket.step);
    record.clear_proved();
    for (const std::string& step : ticket.proved) {
        set_text(*record.add_proved(), step);
    }
    record.set_actor(ticket.actor);
    record.set_issued(ticket.issued.count());
    record.set_until(ticket.until.count());
    record.set_last_sent(ticket.last_sent.count());
    record.set_sent(ticket.sent);
    record.set_day_began(ticket.day_began.count());
    record.set_day_sent(ticket.day_sent);
    set_text(*record.mutable_why(), ticket.why);
    record.set_opened(ticket.opened.count());
    record.set_holder(ticket.holder);
    base::WireWriter out;
    out.bytes(is_final(ticket.state) ? Bytes{} : Bytes(ticket.seed));
    out.bytes(to_bytes(record));
    return out.take();
}

namespace {

using Tickets = TypedTable<Table::tickets, TicketKey, Ticket, decode_ticket, encode>;

} // namespace

std::optional<Ticket> TicketsTable::get(const ReadTxn& txn, model::Uid account, const model::TicketPlace& place) {
    return Tickets::get(txn, {account, place});
}

void TicketsTable::put(WriteTxn& txn, model::Uid account, const Ticket& ticket) {
    Tickets::put(txn, {account, ticket.place}, ticket);
}

} // namespace loquet::store
