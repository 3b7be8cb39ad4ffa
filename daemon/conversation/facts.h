// SPDX-License-Identifier: LGPL-2.1-or-later
// What plugins may know of an account; each manifest names those that it gets (sdk/include/loquet/plugin.h). Pure.
#pragma once

#include "daemon/conversation/dialog.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/values.h"

#include <vector>

namespace loquet::conversation {

/// All known facts; the plugin client sends on only those that the manifest asks for. Nobody's account has the typed
/// name as its only fact. `with_contacts` gives mail and number whole, for the password rules, which must refuse them.
enum class Contacts : std::uint8_t { masked, whole };
[[nodiscard]] std::vector<protocol::NamedText> facts_of(const Subject& subject, Contacts contacts);

/// Those of the site's media, in its order, for which the account has an address. Nobody's account has all of them, so
/// that a step does for it what it does for others.
[[nodiscard]] std::vector<protocol::Medium> media_of(const Subject& subject, const std::vector<protocol::Medium>& site);
/// The fact `media`: "mail sms".
[[nodiscard]] protocol::NamedText fact_of(const std::vector<protocol::Medium>& media);

} // namespace loquet::conversation
