// SPDX-License-Identifier: LGPL-2.1-or-later
// Protobuf messages from and to bytes that wipe themselves: for the codecs, which stand beside their tables. There
// encode() edits the record as it is stored, so that fields which a newer loquetd added survive a rewrite by this one,
// and decode_x() throws Error (corrupt) for bytes that are no such record; whatever it returns can be encoded again.
// Pure.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/ids.h"
#include "daemon/store/records.pb.h"
#include "daemon/store/tables.h"
#include "lib/base/error.h"
#include "lib/base/secret.h"

#include <climits>
#include <string>
#include <string_view>

namespace loquet::store {

template <class Record>
Record parse(Bytes bytes, std::string_view what) {
    Record record;
    if (bytes.size() > INT_MAX || !record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw base::Error(base::Error::Kind::corrupt, "a record of " + std::string(what) + " cannot be read");
    }
    return record;
}

template <class Record>
base::SecureBytes to_bytes(const Record& record) {
    base::SecureBytes out(record.ByteSizeLong());
    record.SerializeWithCachedSizesToArray(out.data());
    return out;
}

/// Proto3 strings are UTF-8: what is not would be written but never read again. Throws Error (invalid) for it.
void set_text(std::string& field, const std::string& text);

/// A digest of another length is damage.
[[nodiscard]] model::Digest digest_from(const std::string& bytes);
[[nodiscard]] std::string digest_bytes(const model::Digest& digest);

[[nodiscard]] model::DayCount day_count_from(const records::DayCountRecord& record);
void put_day_count(const model::DayCount& count, records::DayCountRecord& record);

} // namespace loquet::store
