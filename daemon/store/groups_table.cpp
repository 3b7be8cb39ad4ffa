// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/groups_table.h"

#include "daemon/store/codec.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"

#include <algorithm>

namespace loquet::store {

using model::Uid;

namespace {

Key organisation_key(const ReadTxn& txn, std::string_view organisation) {
    return Key(txn.digest(DigestKind::organisation, organisation));
}

bool holds(const std::vector<std::uint32_t>& groups, std::uint32_t gid) {
    return std::find(groups.begin(), groups.end(), gid) != groups.end();
}

} // namespace

std::optional<std::uint32_t> GroupsTable::of(const ReadTxn& txn, std::string_view organisation) {
    const auto value = txn.get(Table::organisations, organisation_key(txn, organisation));
    const auto gid = value ? uid_of(*value) : std::nullopt;
    return gid ? std::optional(gid->value) : std::nullopt;
}

std::optional<model::PublicGroup> GroupsTable::open(const ReadTxn& txn, std::uint32_t gid) {
    const auto record = txn.get(Table::groups, Key(Uid{gid}));
    return record ? std::optional(decode_group(gid, *record)) : std::nullopt;
}

std::vector<std::uint32_t> GroupsTable::all(const ReadTxn& txn) {
    std::vector<std::uint32_t> gids;
    txn.each_key(Table::groups, Key(), [&](auto key) {
        gids.push_back(uid_of(key).value_or(Uid{}).value);
        return true;
    });
    return gids;
}

std::vector<Uid> GroupsTable::members(const ReadTxn& txn, std::uint32_t gid, std::size_t limit) {
    std::vector<Uid> members;
    if (limit == 0) {
        return members;
    }
    txn.each_key(Table::members, Key::member(gid, Uid{0}), [&](auto key) {
        const auto member = member_of(key);
        if (!member || member->first != gid) {
            return false;
        }
        members.push_back(member->second);
        return members.size() < limit;
    });
    return members;
}

void GroupsTable::put(WriteTxn& txn, const model::PublicGroup& group) {
    if (of(txn, group.organisation)) {
        throw base::Error(base::Error::Kind::conflict,
                          "the organisation \"" + group.organisation + "\" has a group already");
    }
    txn.put(Table::organisations, organisation_key(txn, group.organisation), Key(Uid{group.gid}).bytes());
    txn.put(Table::groups, Key(Uid{group.gid}), encode(group));
    txn.after_commit(PublicChange{.accounts = {}, .groups = {group.gid}});
}

void GroupsTable::move(WriteTxn& txn, const model::PublicAccount* before, const model::PublicAccount* after) {
    if (before == nullptr && after == nullptr) {
        return;
    }
    static const std::vector<std::uint32_t> none;
    const Uid uid = after != nullptr ? after->uid : before->uid;
    const auto& left = before == nullptr ? none : before->groups;
    const auto& joined = after == nullptr ? none : after->groups;
    const bool renamed = before != nullptr && after != nullptr && before->name != after->name;
    for (const std::uint32_t gid : left) {
        if (!holds(joined, gid)) {
            txn.erase(Table::members, Key::member(gid, uid));
            txn.after_commit(PublicChange{.accounts = {}, .groups = {gid}});
        }
    }
    for (const std::uint32_t gid : joined) {
        const bool is_new = !holds(left, gid);
        if (is_new) {
            txn.put(Table::members, Key::member(gid, uid), {});
        }
        if (is_new || renamed) {
            txn.after_commit(PublicChange{.accounts = {}, .groups = {gid}});
        }
    }
}

} // namespace loquet::store
