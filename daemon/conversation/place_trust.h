// SPDX-License-Identifier: LGPL-2.1-or-later
// A place where the owner proved a second factor, so that a flow may pass it over there for a while. Pure.
#pragma once

#include "daemon/conversation/dialog.h"
#include "daemon/model/account.h"

#include <chrono>
#include <cstddef>

namespace loquet::conversation {

/// Of one account; the one where it is longest ago gives way.
inline constexpr std::size_t trusted_places_kept = 16;

/// `now` is of the steady clock. Never for an outsider.
[[nodiscard]] bool is_trusted(const Subject& subject, base::Milliseconds now, std::chrono::days trust);

/// The factor was proved there at `now`.
void trust(model::PrivateAccount& account, const model::Digest& place, base::Milliseconds now);

} // namespace loquet::conversation
