// SPDX-License-Identifier: LGPL-2.1-or-later
// Audit records as ReadAudit answers them (docs/bus.md names the keys of a row). Loop thread.
#pragma once

#include "daemon/audit/audit_log.h"
#include "lib/bus/message.h"

#include <vector>

namespace loquet::api {

void write_audit_rows(bus::Writer& writer, const std::vector<audit::Entry>& entries);

} // namespace loquet::api
