// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_description.h"

#include "daemon/api/account_objects.h"
#include "daemon/api/list_rows.h"
#include "daemon/config/flow_report.h"
#include "daemon/config/flow_tables.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace loquet::api {

using base::Milliseconds;
using model::AccountState;
using model::Medium;

namespace {

constexpr std::size_t records_looked_at_once = 250;

/// UINT64_MAX where only an unlock ends it, as in the account's properties.
std::uint64_t as_until(Milliseconds time) {
    return time == Milliseconds::max() ? UINT64_MAX : base::microseconds(time);
}

const config::Flow* recovery_flow(const config::Config& settings) {
    for (const std::string& service : settings.self_service.services) {
        if (const config::Flow* flow = settings.flow(protocol::purpose::recover_password, service)) {
            return flow;
        }
    }
    return nullptr;
}

/// Whether the flow has a step that sends by this medium.
bool sends_by(const config::Flow& flow, Medium medium) {
    using config::StepKind;
    const StepKind own = medium == Medium::mail ? StepKind::ticket_mail : StepKind::ticket_sms;
    return std::ranges::any_of(flow.items, [&](const config::FlowItem& item) {
        return std::ranges::any_of(
            item.steps, [&](const config::Step& step) { return step.kind == StepKind::ticket || step.kind == own; });
    });
}

/// What one address is for a recovery: open, no_address, held or shared.
RecoveryVerdict verdict_of(const AccountProperties& account, const config::Config& settings, const config::Flow& flow,
                           Medium medium, const std::vector<Medium>& shared) {
    const bool serves =
        !(medium == Medium::mail ? settings.outbox.mail : settings.outbox.sms).empty() && sends_by(flow, medium);
    const model::AddressState state = account.address(medium).state;
    if (!serves || state == model::AddressState::missing || state == model::AddressState::unconfirmed) {
        return RecoveryVerdict::no_address;
    }
    if (state == model::AddressState::held) {
        return RecoveryVerdict::held;
    }
    const bool is_shared = std::ranges::find(shared, medium) != shared.end();
    return is_shared && !settings.self_service.shared_addresses ? RecoveryVerdict::shared : RecoveryVerdict::open;
}

/// Where no address is open, the strongest reason, and the first end of a hold.
void look_at_addresses(RecoveryState& recovery, const AccountProperties& account, const config::Config& settings,
                       const config::Flow& flow, const std::vector<Medium>& shared) {
    recovery.verdict = RecoveryVerdict::no_address;
    for (const Medium medium : {Medium::mail, Medium::sms}) {
        const RecoveryVerdict verdict = verdict_of(account, settings, flow, medium, shared);
        if (verdict == RecoveryVerdict::open) {
            recovery.media.push_back(medium);
        } else if (verdict == RecoveryVerdict::held) {
            const Milliseconds end = account.address(medium).held_until;
            recovery.until = recovery.until.count() == 0 ? end : std::min(recovery.until, end);
            recovery.verdict = verdict;
        } else if (verdict == RecoveryVerdict::shared && recovery.verdict == RecoveryVerdict::no_address) {
            recovery.verdict = verdict;
        }
    }
    if (!recovery.media.empty()) {
        recovery.verdict = RecoveryVerdict::open;
        recovery.until = Milliseconds(0);
    }
}

} // namespace

std::string_view to_text(LoginVerdict verdict) noexcept {
    switch (verdict) {
    case LoginVerdict::open:
        return "open";
    case LoginVerdict::change:
        return "change";
    case LoginVerdict::no_service:
        return "no-service";
    case LoginVerdict::no_password:
        return "no-password";
    case LoginVerdict::failures:
        return "failures";
    case LoginVerdict::locked:
        return "locked";
    case LoginVerdict::disabled:
        return "disabled";
    }
    return "unknown";
}

std::string_view to_text(RecoveryVerdict verdict) noexcept {
    switch (verdict) {
    case RecoveryVerdict::open:
        return "open";
    case RecoveryVerdict::locked:
        return "locked";
    case RecoveryVerdict::no_address:
        return "no-address";
    case RecoveryVerdict::held:
        return "held";
    case RecoveryVerdict::shared:
        return "shared-address";
    case RecoveryVerdict::privileged:
        return "privileged";
    case RecoveryVerdict::unasked:
        return "names-unavailable";
    case RecoveryVerdict::no_flow:
        return "no-flow";
    case RecoveryVerdict::not_active:
        return "not-active";
    }
    return "unknown";
}

LoginState login_verdict(const AccountProperties& account, Milliseconds wall) {
    const model::PrivateAccount& private_part = account.view.account.private_part;
    LoginState login;
    login.reason = account.lock_reason;
    const bool failed = account.locked_until.count() != 0 || !account.lock_reason.empty();
    const Milliseconds until = account.locked_until.count() == 0 ? Milliseconds::max() : account.locked_until;
    if (private_part.state == AccountState::disabled) {
        login.verdict = LoginVerdict::disabled;
    } else if (private_part.state == AccountState::locked) {
        login.verdict = LoginVerdict::locked;
    } else if (account.state != "active") {
        login.verdict = LoginVerdict::failures;
        login.until = until;
        login.known_places = !account.view.attempts.known.empty();
    } else if (!account.view.has_password) {
        login.verdict = LoginVerdict::no_password;
    } else if (private_part.authorisations.empty()) {
        login.verdict = LoginVerdict::no_service;
    } else {
        const bool expired = account.password_expires.count() != 0 && account.password_expires <= wall;
        login.verdict = account.view.must_change || expired ? LoginVerdict::change : LoginVerdict::open;
        login.place_locked_until = failed ? until : Milliseconds(0);
    }
    return login;
}

RecoveryState recovery_verdict(const AccountProperties& account, const config::Config& settings,
                               const RecoveryFacts& facts) {
    const config::Flow* flow = recovery_flow(settings);
    RecoveryState recovery;
    if (flow != nullptr) {
        look_at_addresses(recovery, account, settings, *flow, facts.shared);
    }
    if (account.view.account.private_part.state != AccountState::active) {
        recovery.verdict = RecoveryVerdict::not_active;
    } else if (flow == nullptr) {
        recovery.verdict = RecoveryVerdict::no_flow;
    } else if (facts.privileged.value_or(true) && !settings.self_service.recover_privileged) {
        recovery.verdict = facts.privileged ? RecoveryVerdict::privileged : RecoveryVerdict::unasked;
        recovery.media.clear();
    } else if (account.recovery_locked_until.count() != 0) {
        recovery.verdict = RecoveryVerdict::locked;
        recovery.until = account.recovery_locked_until;
    }
    return recovery;
}

std::string login_in_short(const config::Config& settings) {
    const config::Flow* login = settings.flow(protocol::purpose::login, "");
    return login == nullptr ? std::string() : config::steps_in_short(*login);
}

base::Task<EventsOfAccount> find_events(const store::Store& store, bus::Loop& loop, model::Uid account,
                                        std::size_t search) {
    EventsOfAccount found;
    std::uint64_t above = store.read([](const store::ReadTxn& txn) { return audit::AuditLog::newest(txn); });
    std::size_t looked_at = 0;
    while (above > 0 && found.newest.size() < limits::described_events) {
        const std::uint64_t newest = above;
        above = newest - std::min<std::uint64_t>(newest, records_looked_at_once);
        std::vector<audit::Entry> slice = store.read([&](const store::ReadTxn& txn) {
            return audit::AuditLog::read(txn, above, static_cast<std::size_t>(newest - above));
        });
        for (auto entry = slice.rbegin(); entry != slice.rend(); ++entry) {
            if (entry->sequence <= newest && entry->event.account == account
                && found.newest.size() < limits::described_events) {
                found.newest.push_back(std::move(*entry));
            }
        }
        looked_at += records_looked_at_once;
        if (slice.empty() || slice.front().sequence > above + 1) { // those before it gave way for newer ones
            break;
        }
        if (looked_at >= search && above > 0 && found.newest.size() < limits::described_events) {
            found.since = slice.front().event.time;
            break;
        }
        auto letting_others_on = loop.sleep(Milliseconds(0));
        co_await letting_others_on;
    }
    co_return found;
}

base::Task<outbox::MessagePage> find_messages(const store::Store& store, bus::Loop& loop, model::Uid account) {
    outbox::MessagePage found;
    const outbox::MessageFilter filter{.account = account, .state = std::nullopt};
    std::uint64_t after = 0;
    do {
        outbox::MessagePage page = store.read([&](const store::ReadTxn& txn) {
            return outbox::list_messages(txn, after, limits::messages_per_page, filter);
        });
        after = page.next;
        std::ranges::move(page.messages, std::back_inserter(found.messages));
        if (found.messages.size() > limits::described_messages) {
            found.messages.erase(found.messages.begin(),
                                 found.messages.end() - std::ptrdiff_t{limits::described_messages});
        }
        auto letting_others_on = loop.sleep(Milliseconds(0));
        co_await letting_others_on;
    } while (after != 0);
    std::ranges::reverse(found.messages);
    co_return found;
}

namespace {

void write_tickets(bus::Writer& writer, const std::vector<model::Ticket>& tickets, outbox::Outbox& outbox) {
    writer.array("a{sv}", [&] {
        for (const model::Ticket& ticket : tickets) {
            writer.dictionary([&] {
                writer.entry("type", std::string(to_text(ticket.place.type)));
                writer.entry("medium", ticket.place.medium ? std::string(to_text(*ticket.place.medium)) : "");
                writer.entry("issuer", std::string(to_text(ticket.issuer))).entry("destination", ticket.masked);
                writer.entry("state", std::string(to_text(ticket.state))).entry("why", ticket.why);
                writer.entry("sent", ticket.sent);
                for (const auto& [key, time] :
                     {std::pair{"issued", ticket.issued}, std::pair{"until", ticket.until},
                      std::pair{"last_sent", ticket.last_sent}, std::pair{"opened", ticket.opened}}) {
                    writer.entry(key, time.count() == 0 ? 0 : base::microseconds(outbox.on_wall(time)));
                }
            });
        }
    });
}

} // namespace

void write_description(bus::Writer& writer, const AccountDescription& description, outbox::Outbox& outbox) {
    const LoginState& login = description.login;
    const RecoveryState& recovery = description.recovery;
    writer.dictionary([&] {
        writer.entry("login", std::string(to_text(login.verdict))).entry("login_until", as_until(login.until));
        writer.entry("reason", login.reason).entry("known_places", login.known_places);
        writer.entry("place_locked_until", as_until(login.place_locked_until));
        writer.entry("recovery", std::string(to_text(recovery.verdict)));
        writer.entry("recovery_until", as_until(recovery.until));
        writer.entry("recovery_media", "as", [&] {
            std::vector<std::string> media;
            std::ranges::transform(recovery.media, std::back_inserter(media),
                                   [](Medium medium) { return std::string(to_text(medium)); });
            writer.texts(media);
        });
        writer.entry("login_asks", description.asks);
        writer.entry("tickets", "aa{sv}", [&] { write_tickets(writer, description.tickets, outbox); });
        writer.entry("messages", "aa{sv}", [&] { write_message_rows(writer, description.messages, outbox); });
        writer.entry("events", "aa{sv}", [&] { write_audit_rows(writer, description.events.newest); });
        writer.entry("events_since", base::microseconds(description.events.since));
    });
}

} // namespace loquet::api
