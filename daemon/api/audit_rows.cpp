// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/audit_rows.h"

#include <cstdint>

namespace loquet::api {

namespace {

constexpr std::uint32_t nobody = UINT32_MAX;

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
    writer.array("(ttsbuussss)", [&] {
        for (const audit::Entry& entry : entries) {
            const model::AuditEvent& event = entry.event;
            writer.structure("ttsbuussss", [&] {
                writer.u64(entry.sequence).u64(base::microseconds(event.time));
                writer.text(name_of(event.kind)).boolean(event.granted);
                writer.u32(event.account ? event.account->value : nobody).u32(event.actor.value_or(nobody));
                writer.text(event.purpose).text(event.service).text(event.seat).text(event.detail);
            });
        }
    });
}

} // namespace loquet::api
