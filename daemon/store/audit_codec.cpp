// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/audit_codec.h"

#include "daemon/store/record_bytes.h"
#include "lib/base/text.h"

#include <utility>

namespace loquet::store {

using records::AuditRecord;

namespace {

/// Parts of an event come from outsiders (a service, a place): bytes that no record can hold become visible ones.
std::string recordable(const std::string& text) {
    constexpr std::size_t bytes_of_an_escape = 4;
    return base::is_utf8(text) ? text : base::printable(text, bytes_of_an_escape * text.size());
}

} // namespace

model::AuditEvent decode_audit(Bytes bytes) {
    auto record = parse<AuditRecord>(bytes, "the audit log");
    model::AuditEvent event;
    event.kind = static_cast<model::AuditKind>(record.kind());
    event.granted = record.granted();
    if (record.has_account()) {
        event.account = model::Uid{record.account()};
    }
    event.identity = digest_from(record.identity());
    if (record.has_actor()) {
        event.actor = record.actor();
    }
    event.purpose = std::move(*record.mutable_purpose());
    event.service = std::move(*record.mutable_service());
    event.place = std::move(*record.mutable_place());
    event.detail = std::move(*record.mutable_detail());
    event.time = base::Milliseconds(record.time_ms());
    return event;
}

base::SecureBytes encode(const model::AuditEvent& event) {
    AuditRecord record;
    record.set_kind(static_cast<std::uint32_t>(event.kind));
    record.set_granted(event.granted);
    if (event.account) {
        record.set_account(event.account->value);
    }
    record.set_identity(digest_bytes(event.identity));
    if (event.actor) {
        record.set_actor(*event.actor);
    }
    record.set_purpose(recordable(event.purpose));
    record.set_service(recordable(event.service));
    record.set_place(recordable(event.place));
    record.set_detail(recordable(event.detail));
    record.set_time_ms(event.time.count());
    return to_bytes(record);
}

} // namespace loquet::store
