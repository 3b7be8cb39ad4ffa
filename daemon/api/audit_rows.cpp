// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/audit_rows.h"

namespace loquet::api {

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
    }
    return "unknown";
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

} // namespace loquet::api
