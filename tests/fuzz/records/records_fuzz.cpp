// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a record are what a damaged disk makes of them: each kind is decoded or refused with an Error, and what
// was decoded can be written again.
#include "daemon/store/accounts_table.h"
#include "daemon/store/audit_codec.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/error.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file

template <class Decode>
void there_and_back(std::span<const std::uint8_t> record, Decode decode) {
    try {
        const auto value = decode(record);
        if (decode(store::encode(value, record)) != value) {
            __builtin_trap();
        }
    } catch (const base::Error& refused) {
        if (refused.kind() != base::Error::Kind::corrupt) {
            throw;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span record(data, size);
    there_and_back(record, [](auto bytes) { return store::decode_public(model::Uid{1}, bytes); });
    there_and_back(record, store::decode_private);
    there_and_back(record, store::decode_credential);
    there_and_back(record, store::decode_counter);
    there_and_back(record, store::decode_attempts);
    there_and_back(record, [](auto bytes) { return store::decode_ticket({}, bytes); });
    try {
        const auto event = store::decode_audit(record);
        if (store::decode_audit(store::encode(event)) != event) {
            __builtin_trap();
        }
    } catch (const base::Error&) { // NOLINT(bugprone-empty-catch): refusing is right
    }
    return 0;
}
