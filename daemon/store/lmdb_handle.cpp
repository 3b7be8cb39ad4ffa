// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/lmdb_handle.h"

#include <cerrno>
#include <string>

namespace loquet::store {

using base::Error;

bool is_refused_by_disk(int code) noexcept {
    // Positive codes are errno; after MDB_PANIC the environment is opened again.
    return (code > 0 && code != ENOMEM) || code == MDB_PANIC;
}

bool is_lack_of_room(int code) noexcept {
    return code == MDB_TXN_FULL || code == ENOMEM;
}

void check(int code, std::string_view doing) {
    if (code == MDB_SUCCESS) {
        return;
    }
    if (code == MDB_MAP_FULL) {
        throw MapFull{};
    }
    const std::string text = std::string(doing) + ": " + mdb_strerror(code);
    if (is_refused_by_disk(code)) {
        throw DiskRefused(text);
    }
    switch (code) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        throw Error(Error::Kind::corrupt, text + "; restore the store from a backup");
    case MDB_TXN_FULL:
        throw Error(Error::Kind::limited, text + "; write less at once");
    case ENOMEM:
        throw Error(Error::Kind::unavailable, text);
    default:
        throw Error(Error::Kind::internal, text);
    }
}

} // namespace loquet::store
