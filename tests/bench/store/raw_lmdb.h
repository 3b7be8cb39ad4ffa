// SPDX-License-Identifier: LGPL-2.1-or-later
// The floor that the store is measured against: LMDB as one would use it by hand, and one AES-256-GCM. One thread.
#pragma once

#include "daemon/store/environment.h"
#include "daemon/store/sealing.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace loquet::bench {

class RawLmdb {
public:
    /// `records` values of `bytes` bytes, sealed, under big-endian 32-bit keys from 0.
    RawLmdb(const std::string& folder, std::uint32_t records, std::size_t bytes);

    /// In a read transaction of its own (renewed).
    [[nodiscard]] std::size_t get(std::uint32_t key);
    [[nodiscard]] std::size_t get_and_open(std::uint32_t key);
    /// A durable transaction of its own, of `puts` values whose keys are far apart.
    void put(std::uint32_t key, std::uint32_t puts = 1);

private:
    [[nodiscard]] MDB_val find(std::uint32_t key);

    store::EnvHandle env_;
    store::TxnHandle reader_;
    MDB_dbi table_ = 0;
    store::CipherContext cipher_;
    std::uint32_t records_;
    std::string value_;
};

} // namespace loquet::bench
