// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/act_permission.h"

#include <algorithm>

namespace loquet::recovery {

using base::Milliseconds;
using model::Act;
using model::ActKind;
using model::ActState;

namespace {

bool is_reset(ActKind kind) noexcept {
    return kind == ActKind::reset || kind == ActKind::reset_by_mail || kind == ActKind::reset_by_sms
           || kind == ActKind::code_read_out;
}

/// What a stranger who calls could make an account's way in of.
bool wants_caller(ActKind kind) noexcept {
    return kind == ActKind::code_read_out || kind == ActKind::factor_removed || kind == ActKind::addresses_confirmed;
}

/// A done act of that kind, within `remembered_for`.
template <class IsKind>
bool was_done(const std::vector<Act>& acts, Milliseconds now, IsKind is_kind) {
    return std::ranges::any_of(acts, [&](const Act& act) {
        return act.state == ActState::done && is_kind(act.kind) && now - act.at < remembered_for;
    });
}

} // namespace

ActPermission permission_for(ActKind kind, const ActStanding& standing) noexcept {
    if (standing.by_root || (!is_reset(kind) && !wants_caller(kind))) {
        return ActPermission::granted;
    }
    if (standing.own_account && wants_caller(kind)) {
        return ActPermission::own_account;
    }
    if (standing.approved) {
        return ActPermission::granted;
    }
    const bool gives_a_way_in = is_reset(kind) || kind == ActKind::addresses_confirmed; // also by lifting a hold
    if (standing.privileged || (gives_a_way_in && standing.factor_removed)
        || (kind == ActKind::factor_removed && standing.was_reset)) {
        return ActPermission::second_person;
    }
    if (wants_caller(kind) && !standing.verified && !standing.accepts_unverified) {
        return ActPermission::caller_or_second_person;
    }
    return ActPermission::granted;
}

std::optional<Milliseconds> reset_remembered_until(const std::vector<Act>& acts, Milliseconds now) {
    std::optional<Milliseconds> until;
    for (const Act& act : acts) {
        if (was_done({act}, now, is_reset)) {
            until = std::max(until.value_or(Milliseconds(0)), act.at + remembered_for);
        }
    }
    return until;
}

bool factor_was_removed(const std::vector<Act>& acts, Milliseconds now) {
    return was_done(acts, now, [](ActKind kind) { return kind == ActKind::factor_removed; });
}

} // namespace loquet::recovery
