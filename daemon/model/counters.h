// SPDX-License-Identifier: LGPL-2.1-or-later
// Failure counters as the daemon keeps them: plain values, the same meaning and units as loquet_counter in
// sdk/include/loquet/lockout.h. Times are of the daemon's steady clock (steady_time.h), 0 = never.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/clock.h"
#include "lib/protocol/values.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::model {

using protocol::Axis;
using protocol::Counter;

/// Whose counter it is: of a name, a place or the site, on one of the axes.
struct CounterKey {
    /// Not explicit: a login is what is counted if nothing else is said.
    CounterKey(const Digest& of, Axis on = Axis::login) : digest(of), axis(on) {}
    Digest digest;
    Axis axis;
    friend bool operator==(const CounterKey&, const CounterKey&) = default;
};
struct CounterKeyHash {
    [[nodiscard]] std::size_t operator()(const CounterKey& key) const noexcept {
        return DigestHash()(key.digest) ^ static_cast<std::size_t>(key.axis);
    }
};

/// A lock by failures as the policy put it when it began, for those who ask why somebody cannot log in.
struct FailureLock {
    std::int64_t until = 0; ///< of a timed one
    bool endless = false;   ///< until somebody unlocks
    std::string reason;     ///< the policy's word: "too-many-failures"

    [[nodiscard]] bool stands(std::int64_t now) const noexcept { return endless || until > now; }
    friend bool operator==(const FailureLock&, const FailureLock&) = default;
};

/// What is known of attempts under one name on one axis, whether an account has the name or not.
struct AttemptCounters {
    /// A place where somebody failed, the owner's own among them.
    struct Place {
        Digest place;
        Counter counter;
        FailureLock lock{};
        friend bool operator==(const Place&, const Place&) = default;
    };
    /// A place where the owner succeeded. On the axis of recovery: a counter of such a place, known for its logins.
    struct KnownPlace {
        Digest place;
        Counter counter;
        std::uint32_t days = 1;    ///< on how many days the owner succeeded there ...
        std::int64_t last_day = 0; ///< ... and on which one last, in days of the steady clock
        friend bool operator==(const KnownPlace&, const KnownPlace&) = default;
    };
    Counter account;
    FailureLock lock{};              ///< everywhere but at known places
    std::vector<Place> places{};     ///< at most limits::places_per_account
    std::vector<KnownPlace> known{}; ///< at most limits::known_places; failures add nothing and take nothing away

    [[nodiscard]] Counter place(const Digest& place) const; ///< a fresh counter where there is none
    /// Keeps the place's counter; when the list is full the one that matters least gives way: no lock, fewest failures,
    /// oldest.
    void set_place(const Digest& place, const Counter& counter);
    /// The place's lock; nothing happens where the place has no counter.
    void set_place_lock(const Digest& place, FailureLock since);

    /// Nothing: the owner is not known there.
    [[nodiscard]] const KnownPlace* known_place(const Digest& place) const;
    void set_known(const Digest& place, const Counter& counter);
    /// The owner succeeded there, with that counter of the place. When the list is full the oldest success gives way,
    /// but never the place that the owner used on most days (within limits::favourite_for).
    void note_success(const Digest& place, Counter counter, std::int64_t now);

    /// Of the axis of recovery: keeps the counter of a place that is known in `logins`, and those of no other places.
    void set_known_as_in(const AttemptCounters& logins, const Digest& place, const Counter& counter);
    /// The owner is known nowhere any more.
    void forget_known_places() { known.clear(); }

    /// Ends every lock and forgets every failure; the known places stay. False where there was nothing to forget.
    bool forget_failures();

    /// The lock that shuts the account at places where its owner is not known; none that stands: an empty one.
    [[nodiscard]] FailureLock lock_at(std::int64_t now) const;
    /// The latest lock of a single place.
    [[nodiscard]] FailureLock place_lock_at(std::int64_t now) const;
    friend bool operator==(const AttemptCounters&, const AttemptCounters&) = default;
};

/// True when `a` matters less than `b`: what gives way first where room is bounded.
[[nodiscard]] bool matters_less(const Counter& a, const Counter& b) noexcept;

} // namespace loquet::model
