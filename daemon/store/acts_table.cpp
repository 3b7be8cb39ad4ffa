// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/acts_table.h"

#include "daemon/store/record_bytes.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace loquet::store {

using base::Milliseconds;
using model::Act;
using model::ActKind;
using model::ActState;
using model::Medium;
using model::Uid;
using records::ActRecord;

namespace {

constexpr std::string_view act_name = "an act of an operator";

template <class Enum>
Enum known_or(std::uint32_t number, Enum last, Enum otherwise) {
    return number >= 1 && number <= static_cast<std::uint32_t>(last) ? static_cast<Enum>(number) : otherwise;
}

std::optional<Medium> medium_of(std::uint32_t number) {
    if (number == static_cast<std::uint32_t>(Medium::mail)) {
        return Medium::mail;
    }
    return number == static_cast<std::uint32_t>(Medium::sms) ? std::optional(Medium::sms) : std::nullopt;
}

} // namespace

Act decode_act(const ActKey& key, Bytes value) {
    auto record = parse<ActRecord>(value, act_name);
    Act act;
    act.number = key.number;
    act.kind = known_or(record.kind(), ActKind::caller_verified, ActKind::reset);
    act.state = known_or(record.state(), ActState::failed, ActState::done);
    if (record.kind() != static_cast<std::uint32_t>(act.kind)) {
        act.state = ActState::done;
    }
    act.actor = record.actor();
    act.actor_name = std::move(*record.mutable_actor_name());
    if (record.has_approver()) {
        act.approver = record.approver();
    }
    act.approver_name = std::move(*record.mutable_approver_name());
    act.detail = std::move(*record.mutable_detail());
    act.medium = medium_of(record.medium());
    act.ticket = record.ticket();
    act.tries = record.tries();
    act.wall = Milliseconds(record.wall());
    act.at = Milliseconds(record.at());
    act.until = Milliseconds(record.until());
    return act;
}

base::SecureBytes encode(const Act& act, Bytes stored) {
    ActRecord record;
    if (!stored.empty()) {
        record = parse<ActRecord>(stored, act_name);
    }
    record.set_kind(static_cast<std::uint32_t>(act.kind));
    record.set_state(static_cast<std::uint32_t>(act.state));
    record.set_actor(act.actor);
    set_text(*record.mutable_actor_name(), act.actor_name);
    record.clear_approver();
    if (act.approver) {
        record.set_approver(*act.approver);
    }
    set_text(*record.mutable_approver_name(), act.approver_name);
    set_text(*record.mutable_detail(), act.detail);
    record.set_medium(act.medium ? static_cast<std::uint32_t>(*act.medium) : 0);
    record.set_ticket(act.ticket);
    record.set_tries(act.tries);
    record.set_wall(act.wall.count());
    record.set_at(act.at.count());
    record.set_until(act.until.count());
    return to_bytes(record);
}

namespace {

using Acts = TypedTable<Table::acts, ActKey, Act, decode_act, encode>;

/// The one that gives way.
std::uint64_t least_wanted(const std::vector<Act>& acts) {
    const auto is_newest_done = [&](const Act& act) {
        return act.state == ActState::done && std::ranges::none_of(acts, [&](const Act& other) {
                   return other.kind == act.kind && other.state == ActState::done && other.number > act.number;
               });
    };
    const auto oldest = std::ranges::find_if_not(acts, is_newest_done);
    return oldest == acts.end() ? acts.front().number : oldest->number;
}

} // namespace

std::vector<Act> ActsTable::of(const ReadTxn& txn, Uid account) {
    std::vector<Act> acts;
    Acts::each(txn, {account, 0}, [&](const ActKey& key, Act act) {
        if (key.account != account) {
            return false;
        }
        acts.push_back(std::move(act));
        return true;
    });
    return acts;
}

std::uint64_t ActsTable::add(WriteTxn& txn, Uid account, Act act) {
    const std::vector<Act> acts = of(txn, account);
    act.number = acts.empty() ? 1 : acts.back().number + 1;
    if (acts.size() >= limits::acts_per_account) {
        Acts::erase(txn, {account, least_wanted(acts)});
    }
    Acts::put(txn, {account, act.number}, act);
    return act.number;
}

void ActsTable::put(WriteTxn& txn, Uid account, const Act& act) {
    Acts::put(txn, {account, act.number}, act);
}

} // namespace loquet::store
