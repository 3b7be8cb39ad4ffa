// SPDX-License-Identifier: LGPL-2.1-or-later
// The code of a notice, by which a person says "this was not me": typed in place of the password, it locks the account.
// It opens nothing, so it may lie in a mailbox; it is long enough that nobody guesses it through the login prompt.
// Pure, but for the kernel's randomness.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace loquet::notices {

/// Ten characters of an alphabet of 32 (50 bits), five and five: "k7f3a-9xq2m".
inline constexpr std::size_t revocation_code_symbols = 10;
inline constexpr base::Milliseconds revocation_code_life = std::chrono::days(7);
/// Of one account; the oldest gives way.
inline constexpr std::size_t revocation_codes_kept = 4;

[[nodiscard]] base::Secret draw_revocation_code();

/// What is left of what a person typed: small letters and digits. Empty where it cannot be a code.
[[nodiscard]] base::Secret revocation_code_in(std::string_view typed);

/// Adds it to those that run at `now` (wall clock).
void keep(model::PrivateAccount& account, const model::Digest& code, base::Milliseconds now);

/// Whether that code runs at `now`.
[[nodiscard]] bool runs(const model::PrivateAccount& account, const model::Digest& code, base::Milliseconds now);

/// The account is locked until the helpdesk opens it, and what was issued before is void; with a record in the audit
/// log. Throws Error (not_found).
void revoke(store::WriteTxn& txn, model::Uid uid, base::Milliseconds wall);

} // namespace loquet::notices
