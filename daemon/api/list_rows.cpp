// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/list_rows.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::api {

using base::Error;
using model::MessageState;

namespace {

const char* name_of(model::AuditKind kind) {
    using Kind = model::AuditKind;
    switch (kind) {
    case Kind::login:
        return "login";
    case Kind::password_changed:
        return "password-changed";
    case Kind::account_created:
        return "account-created";
    case Kind::account_changed:
        return "account-changed";
    case Kind::account_locked:
        return "account-locked";
    case Kind::account_unlocked:
        return "account-unlocked";
    case Kind::reset_started:
        return "reset-started";
    case Kind::plugin_quarantined:
        return "plugin-quarantined";
    case Kind::configuration_weakened:
        return "configuration-weakened";
    case Kind::policy_fallback:
        return "policy-fallback";
    case Kind::codes_unused:
        return "codes-unused";
    case Kind::factor_set_up:
        return "factor-set-up";
    case Kind::secrets_managed:
        return "secrets-managed";
    case Kind::factor_removed:
        return "factor-removed";
    case Kind::password_recovered:
        return "password-recovered";
    case Kind::accounts_searched:
        return "accounts-searched";
    case Kind::caller_verified:
        return "caller-verified";
    case Kind::act_requested:
        return "act-requested";
    case Kind::act_approved:
        return "act-approved";
    case Kind::address_changed:
        return "address-changed";
    }
    return "unknown";
}

constexpr std::size_t message_filters = 4;
constexpr std::size_t message_state_bytes = 16;
constexpr std::array message_states{MessageState::queued,   MessageState::sending, MessageState::sent,
                                    MessageState::deferred, MessageState::refused, MessageState::expired};

MessageState message_state_named(std::string_view name) {
    for (const MessageState state : message_states) {
        if (to_text(state) == name) {
            return state;
        }
    }
    throw Error(Error::Kind::invalid, "a message is queued, sending, sent, deferred, refused or expired");
}

} // namespace

void write_audit_rows(bus::Writer& writer, const std::vector<audit::Entry>& entries) {
    writer.array("a{sv}", [&] {
        for (const audit::Entry& entry : entries) {
            const model::AuditEvent& event = entry.event;
            writer.dictionary([&] {
                writer.entry("number", entry.sequence).entry("time", base::microseconds(event.time));
                writer.entry("what", std::string(name_of(event.kind))).entry("granted", event.granted);
                if (event.account) {
                    writer.entry("account", event.account->value);
                }
                if (event.actor) {
                    writer.entry("actor", *event.actor);
                }
                writer.entry("purpose", event.purpose).entry("service", event.service);
                writer.entry("place", event.place).entry("detail", event.detail);
            });
        }
    });
}

MessageQuestion MessageQuestion::read(bus::Reader& reader) {
    MessageQuestion question;
    reader.dictionary(message_filters, [&](const std::string& key, std::string_view signature) {
        if (signature != "s" || (key != "account" && key != "state")) {
            throw Error(Error::Kind::invalid, "messages are filtered by \"account\" (s) and \"state\" (s)");
        }
        if (key == "account") {
            question.account = reader.text(limits::typed_name_bytes);
        } else {
            question.filter.state = message_state_named(reader.text(message_state_bytes));
        }
        return true;
    });
    return question;
}

void write_outcome(bus::Writer& writer, const ReloadOutcome& outcome) {
    for (const auto* list : {&outcome.mistakes, &outcome.at_restart}) {
        writer.array("s", [&] {
            for (std::size_t i = 0; i < std::min(list->size(), limits::mistakes_told); ++i) {
                writer.text(base::printable((*list)[i], limits::mistake_bytes));
            }
        });
    }
}

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox) {
    writer.array("a{sv}", [&] {
        for (const auto& [number, message] : page.messages) {
            writer.dictionary([&, n = number, &m = message] {
                writer.entry("number", n).entry("state", std::string(to_text(m.state)));
                writer.entry("medium", std::string(to_text(m.medium))).entry("account", m.account.value);
                writer.entry("destination", m.masked).entry("text", m.text).entry("step", m.step);
                writer.entry("why", m.why).entry("said", m.said).entry("channel", m.channel);
                writer.entry("gateway_reference", m.gateway_reference).entry("reference", m.reference);
                writer.entry("attempts", m.attempts).entry("unknown", m.unknown);
                for (const auto& [key, time] : {std::pair{"created", m.created}, std::pair{"changed", m.changed},
                                                std::pair{"due", m.next}, std::pair{"expires", m.expires}}) {
                    writer.entry(key, base::microseconds(outbox.on_wall(time)));
                }
            });
        }
    });
}

} // namespace loquet::api
