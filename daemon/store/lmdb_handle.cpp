// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/lmdb_handle.h"

#include "lib/base/error.h"

#include <string>

namespace loquet::store {

using base::Error;

bool is_refused_by_disk(int code) noexcept {
    return code > 0 || code == MDB_PANIC; // positive codes are errno; after MDB_PANIC the environment is opened again
}

void check(int code, std::string_view doing) {
    if (code == MDB_SUCCESS) {
        return;
    }
    if (code == MDB_MAP_FULL) {
        throw MapFull{};
    }
    const std::string text = std::string(doing) + ": " + mdb_strerror(code);
    switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        throw Error(Error::Kind::corrupt, text + "; restore the store from a backup");
    case MDB_TXN_FULL:
        throw Error(Error::Kind::limited, text + "; write less at once");
    default:
        throw Error(is_refused_by_disk(code) ? Error::Kind::unavailable : Error::Kind::internal, text);
    }
}

} // namespace loquet::store
