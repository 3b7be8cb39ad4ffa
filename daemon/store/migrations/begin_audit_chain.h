// SPDX-License-Identifier: LGPL-2.1-or-later
// Schema 0 to 1: the audit chain gets a head that says "no record yet", so that a head that is missing later was taken
// away.
#pragma once

#include "daemon/store/transaction.h"

namespace loquet::store::migrations {

void begin_audit_chain(WriteTxn& txn);

} // namespace loquet::store::migrations
