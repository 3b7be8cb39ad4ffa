// SPDX-License-Identifier: LGPL-2.1-or-later
// Schema 1 to 2: tables for the groups of organisations. They are made when the store is opened, and begin empty:
// before them nothing put an account into an organisation.
#pragma once

#include "daemon/store/transaction.h"

namespace loquet::store::migrations {

inline void add_groups(WriteTxn& /*txn*/) {}

} // namespace loquet::store::migrations
