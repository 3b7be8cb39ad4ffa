// SPDX-License-Identifier: LGPL-2.1-or-later
// Audit records as ReadAudit answers them: number, time (microseconds since 1970), what, granted, UID of the account
// (4294967295 where nobody has the name), UID of who acted (the same for the daemon itself), purpose, service, seat,
// detail. Loop thread.
#pragma once

#include "daemon/audit/audit_log.h"
#include "lib/bus/message.h"

#include <vector>

#define LOQUET_AUDIT_ROWS "a(ttsbuussss)"

namespace loquet::api {

void write_audit_rows(bus::Writer& writer, const std::vector<audit::Entry>& entries);

} // namespace loquet::api
