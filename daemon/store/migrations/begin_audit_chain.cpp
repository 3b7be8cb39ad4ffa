// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/migrations/begin_audit_chain.h"

#include "daemon/store/meta_table.h"

namespace loquet::store::migrations {

void begin_audit_chain(WriteTxn& txn) {
    MetaTable::put_chain_head(txn, {});
}

} // namespace loquet::store::migrations
