// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/seat_trust.h"

#include <algorithm>

namespace loquet::conversation {

using model::TrustedSeat;

bool is_trusted(const Subject& subject, base::Milliseconds now, std::chrono::days trust) {
    if (!subject.account) {
        return false;
    }
    const auto& seats = subject.account->closed.trusted_seats;
    return std::any_of(seats.begin(), seats.end(), [&](const TrustedSeat& known) {
        return known.seat == subject.seat && known.proved <= now && now - known.proved < trust;
    });
}

void trust(model::PrivateAccount& account, const model::Digest& seat, base::Milliseconds now) {
    auto& seats = account.trusted_seats;
    std::erase_if(seats, [&](const TrustedSeat& known) { return known.seat == seat; });
    if (seats.size() >= trusted_seats_kept) {
        seats.erase(seats.begin());
    }
    seats.push_back({seat, now});
}

} // namespace loquet::conversation
