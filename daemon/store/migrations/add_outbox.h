// SPDX-License-Identifier: LGPL-2.1-or-later
// Schema 2 to 3: tables for messages, their references and what was spent on them. They are made when the store is
// opened, and begin empty: before them nothing was sent.
#pragma once

#include "daemon/store/transaction.h"

namespace loquet::store::migrations {

inline void add_outbox(WriteTxn& /*txn*/) {}

} // namespace loquet::store::migrations
