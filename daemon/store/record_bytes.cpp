// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/record_bytes.h"

#include "lib/base/text.h"

#include <algorithm>

namespace loquet::store {

using base::Error;

void set_text(std::string& field, const std::string& text) {
    if (!base::is_utf8(text)) {
        throw Error(Error::Kind::invalid,
                    "a text that is to be stored is not UTF-8: \"" + base::printable(text, 64) + "\"");
    }
    field = text;
}

model::Digest digest_from(const std::string& bytes) {
    model::Digest digest;
    if (bytes.size() != digest.bytes.size()) {
        throw Error(Error::Kind::corrupt, "a digest in a record has a wrong length");
    }
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return digest;
}

std::string digest_bytes(const model::Digest& digest) {
    return std::string(base::as_text(digest.bytes));
}

model::DayCount day_count_from(const records::DayCountRecord& record) {
    model::DayCount count;
    count.hour = record.hour();
    const auto hours = std::min(count.by_hour.size(), static_cast<std::size_t>(record.by_hour_size()));
    std::copy_n(record.by_hour().begin(), hours, count.by_hour.begin());
    return count;
}

void put_day_count(const model::DayCount& count, records::DayCountRecord& record) {
    record.set_hour(count.hour);
    const auto end = std::find_if(count.by_hour.rbegin(), count.by_hour.rend(), [](auto n) { return n != 0; }).base();
    record.mutable_by_hour()->Assign(count.by_hour.begin(), end);
}

} // namespace loquet::store
