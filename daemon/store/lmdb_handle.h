// SPDX-License-Identifier: LGPL-2.1-or-later
// LMDB's handles as owners, and its return codes as Errors. Any thread (each handle has its own rules, see
// environment.h).
#pragma once

#include "lib/base/error.h"
#include "lib/base/handle.h"

#include <lmdb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loquet::store {

using EnvHandle = base::Handle<MDB_env, mdb_env_close>;
using TxnHandle = base::Handle<MDB_txn, mdb_txn_abort>;
using CursorHandle = base::Handle<MDB_cursor, mdb_cursor_close>;

/// The map has no room: the writer grows it and runs the work again. Never leaves daemon/store.
struct MapFull {};

/// The disk or the system refuses to write, and would refuse any other work as well: the store cannot be written.
class DiskRefused : public base::Error {
public:
    explicit DiskRefused(const std::string& why) : Error(Kind::unavailable, why) {}
};

/// Throws where `code` is not MDB_SUCCESS: MapFull, DiskRefused (is_refused_by_disk), Error `limited` for a transaction
/// that is too large, `unavailable` where there is no memory, `corrupt` for a file that cannot be read.
void check(int code, std::string_view doing);

/// True for a code that says "the disk refuses" rather than "the caller is wrong" or "there is no memory for it".
[[nodiscard]] bool is_refused_by_disk(int code) noexcept;

/// True for a code that says that a transaction has no room for the work: alone in one the work may have.
[[nodiscard]] bool is_lack_of_room(int code) noexcept;

[[nodiscard]] inline MDB_val to_val(std::span<const std::uint8_t> bytes) noexcept {
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; // NOLINT(cppcoreguidelines-pro-type-const-cast)
}
[[nodiscard]] inline std::span<const std::uint8_t> from_val(const MDB_val& value) noexcept {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

} // namespace loquet::store
