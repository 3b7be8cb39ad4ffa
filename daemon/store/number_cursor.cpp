// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/number_cursor.h"

#include "daemon/store/meta_table.h"
#include "lib/base/error.h"

#include <string>
#include <string_view>

namespace loquet::store {

using model::Uid;

namespace {

constexpr std::string_view next_uid_key = "next-uid";

Uid uid_at(std::uint64_t number) {
    return Uid{static_cast<std::uint32_t>(number)};
}

} // namespace

NumberCursor::NumberCursor(WriteTxn& txn, const UidRange& range)
    : txn_(txn), range_(range), next_(MetaTable::number(txn, next_uid_key).value_or(range.first)) {
    if (next_ < range.first) { // the range was another before
        next_ = range.first;
    }
}

/// From next_ to the end of the range.
bool NumberCursor::find_free(const IsTaken& is_taken) {
    while (next_ <= range_.last && (AccountsTable::is_given(txn_, uid_at(next_)) || is_taken(uid_at(next_)))) {
        ++next_;
    }
    return next_ <= range_.last;
}

Uid NumberCursor::give(const IsTaken& is_taken) {
    if (!find_free(is_taken)) {
        next_ = range_.first; // what was passed over may be free by now
        if (!find_free(is_taken)) {
            throw base::Error(base::Error::Kind::limited, "every account number from " + std::to_string(range_.first)
                                                              + " to " + std::to_string(range_.last)
                                                              + " has been given once: widen the range in the "
                                                                "configuration");
        }
    }
    const Uid uid = uid_at(next_);
    AccountsTable::mark_given(txn_, uid);
    ++next_;
    moved_ = true;
    return uid;
}

void NumberCursor::keep_place() {
    if (moved_) {
        MetaTable::put_number(txn_, next_uid_key, next_);
    }
}

} // namespace loquet::store
