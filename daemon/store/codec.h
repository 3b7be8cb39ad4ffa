// SPDX-License-Identifier: LGPL-2.1-or-later
// Between model values and the bytes of records (records.proto). encode() edits the record as it is stored: fields that
// a newer loquetd added survive a rewrite by this one. decode() throws Error (corrupt) for bytes that are no such
// record; whatever it returns can be encoded again. Pure.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/audit_event.h"
#include "daemon/model/counters.h"
#include "lib/base/secret.h"

#include <cstdint>
#include <span>

namespace loquet::store {

using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] model::PublicAccount decode_public(model::Uid uid, Bytes record);
[[nodiscard]] model::PublicGroup decode_group(std::uint32_t gid, Bytes record);
[[nodiscard]] model::PrivateAccount decode_private(Bytes record);
[[nodiscard]] model::Credential decode_credential(Bytes record);
[[nodiscard]] model::AttemptCounters decode_attempts(Bytes record);
[[nodiscard]] model::Counter decode_counter(Bytes record);
[[nodiscard]] model::AuditEvent decode_audit(Bytes record);

/// `stored` is the record as it stands; empty for a new one.
[[nodiscard]] base::SecureBytes encode(const model::PublicAccount& account, Bytes stored);
[[nodiscard]] base::SecureBytes encode(const model::PrivateAccount& account, Bytes stored);
[[nodiscard]] base::SecureBytes encode(const model::Credential& credential, Bytes stored);
[[nodiscard]] base::SecureBytes encode(const model::AttemptCounters& counters, Bytes stored);
[[nodiscard]] base::SecureBytes encode(const model::Counter& counter, Bytes stored);
/// Groups and audit records are never rewritten.
[[nodiscard]] base::SecureBytes encode(const model::PublicGroup& group);
[[nodiscard]] base::SecureBytes encode(const model::AuditEvent& event);

} // namespace loquet::store
