// SPDX-License-Identifier: LGPL-2.1-or-later
// Between an audit event and the bytes of its record, which is never rewritten. Pure.
#pragma once

#include "daemon/model/audit_event.h"
#include "daemon/store/tables.h"
#include "lib/base/secret.h"

namespace loquet::store {

/// Throws Error (corrupt) for bytes that are no such record; what it returns can be encoded again.
[[nodiscard]] model::AuditEvent decode_audit(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::AuditEvent& event);

} // namespace loquet::store
