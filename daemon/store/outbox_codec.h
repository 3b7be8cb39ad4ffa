// SPDX-License-Identifier: LGPL-2.1-or-later
// A message as one value: the letter, which may hold a code and goes into no protobuf (their strings do not wipe), then
// the OutgoingRecord. The rules of codec.h hold for the record. Pure.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/outgoing.h"
#include "daemon/store/codec.h"

#include <optional>

namespace loquet::store {

/// A letter that breaks limits::message_* is an Error (limited).
[[nodiscard]] base::SecureBytes encode(const model::Letter& letter);
[[nodiscard]] model::Letter decode_letter(Bytes letter);

/// The two parts of a value; they view into it. `letter` is empty once there is none.
struct StoredMessage {
    Bytes letter;
    Bytes record;
};
[[nodiscard]] StoredMessage split_message(Bytes value);
[[nodiscard]] base::SecureBytes join_message(const StoredMessage& parts);

/// A state that only a newer loquetd knows counts as refused: we send nothing of it.
[[nodiscard]] model::Outgoing decode_outgoing(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Outgoing& message, Bytes stored);

[[nodiscard]] model::Spending decode_spending(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::Spending& spending, Bytes stored);
[[nodiscard]] model::CodeUse decode_code_use(Bytes record);
[[nodiscard]] base::SecureBytes encode(const model::CodeUse& use, Bytes stored);

} // namespace loquet::store
