// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/place_trust.h"

#include <algorithm>

namespace loquet::conversation {

using model::TrustedPlace;

bool is_trusted(const Subject& subject, base::Milliseconds now, std::chrono::days trust) {
    if (!subject.account) {
        return false;
    }
    const auto& places = subject.account->private_part.trusted_places;
    return std::any_of(places.begin(), places.end(), [&](const TrustedPlace& known) {
        return known.place == subject.place && known.proved <= now && now - known.proved < trust;
    });
}

void trust(model::PrivateAccount& account, const model::Digest& place, base::Milliseconds now) {
    auto& places = account.trusted_places;
    std::erase_if(places, [&](const TrustedPlace& known) { return known.place == place; });
    if (places.size() >= trusted_places_kept) {
        places.erase(places.begin());
    }
    places.push_back({place, now});
}

} // namespace loquet::conversation
