// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/public_accounts.h"

#include "daemon/store/meta_table.h"
#include "daemon/store/record_bytes.h"
#include "lib/base/error.h"

#include <algorithm>
#include <utility>

namespace loquet::store {

using model::Uid;
using records::GroupRecord;
using records::PublicRecord;

namespace {

constexpr std::string_view public_name = "an account's public part";
constexpr std::string_view group_name = "a group";
constexpr std::string_view generation_key = "public-generation";

using GroupRecords = TypedTable<Table::groups, std::uint32_t, model::PublicGroup, decode_group, encode>;
using Organisations = IndexTable<Table::organisations, std::uint32_t>;

model::Digest organisation_digest(const ReadTxn& txn, std::string_view organisation) {
    return txn.digest(DigestKind::organisation, organisation);
}

bool holds(const std::vector<std::uint32_t>& groups, std::uint32_t gid) {
    return std::find(groups.begin(), groups.end(), gid) != groups.end();
}

} // namespace

model::PublicAccount decode_public(model::Uid uid, Bytes bytes) {
    auto record = parse<PublicRecord>(bytes, public_name);
    return {.uid = uid,
            .gid = record.gid(),
            .name = std::move(*record.mutable_name()),
            .display_name = std::move(*record.mutable_display_name()),
            .home = std::move(*record.mutable_home()),
            .shell = std::move(*record.mutable_shell()),
            .groups = {record.groups().begin(), record.groups().end()}};
}

base::SecureBytes encode(const model::PublicAccount& account, Bytes stored) {
    auto record = parse<PublicRecord>(stored, public_name);
    record.set_gid(account.gid);
    set_text(*record.mutable_name(), account.name);
    set_text(*record.mutable_display_name(), account.display_name);
    set_text(*record.mutable_home(), account.home);
    set_text(*record.mutable_shell(), account.shell);
    record.mutable_groups()->Assign(account.groups.begin(), account.groups.end());
    return to_bytes(record);
}

model::PublicGroup decode_group(std::uint32_t gid, Bytes bytes) {
    auto record = parse<GroupRecord>(bytes, group_name);
    return {.gid = gid, .organisation = std::move(*record.mutable_organisation())};
}

base::SecureBytes encode(const model::PublicGroup& group, Bytes stored) {
    auto record = parse<GroupRecord>(stored, group_name);
    set_text(*record.mutable_organisation(), group.organisation);
    return to_bytes(record);
}

std::optional<Uid> PublicAccounts::find(const ReadTxn& txn, std::string_view name) {
    return IndexTable<Table::names, Uid>::get(txn, txn.digest(DigestKind::name, name));
}

std::vector<model::PublicAccount> PublicAccounts::list(const ReadTxn& txn, Uid after, std::size_t limit) {
    std::vector<model::PublicAccount> out;
    if (limit == 0 || after.value == UINT32_MAX) {
        return out;
    }
    each(txn, Uid{after.value + 1}, [&](Uid, model::PublicAccount account) {
        out.push_back(std::move(account));
        return out.size() < limit;
    });
    return out;
}

std::optional<Uid> PublicAccounts::slice(const ReadTxn& txn, Uid from, std::size_t limit, const Visit& visit) {
    std::optional<Uid> next;
    each(txn, from, [&](Uid uid, model::PublicAccount account) {
        if (limit == 0) {
            next = uid;
            return false;
        }
        --limit;
        visit(std::move(account));
        return true;
    });
    return next;
}

std::uint64_t PublicAccounts::generation(const ReadTxn& txn) {
    return MetaTable::number(txn, generation_key).value_or(0);
}

std::uint64_t PublicAccounts::raise_generation(WriteTxn& txn) {
    const std::uint64_t raised = generation(txn) + 1;
    MetaTable::put_number(txn, generation_key, raised);
    return raised;
}

std::optional<std::uint32_t> GroupsTable::of(const ReadTxn& txn, std::string_view organisation) {
    return Organisations::get(txn, organisation_digest(txn, organisation));
}

std::vector<std::uint32_t> GroupsTable::all(const ReadTxn& txn) {
    std::vector<std::uint32_t> gids;
    each_key(txn, 0, [&](std::uint32_t gid) {
        gids.push_back(gid);
        return true;
    });
    return gids;
}

std::vector<Uid> GroupsTable::members(const ReadTxn& txn, std::uint32_t gid, std::size_t limit) {
    std::vector<Uid> members;
    if (limit == 0) {
        return members;
    }
    txn.each_key(Table::members, Key(Membership{gid, Uid{0}}), [&](auto key) {
        const auto member = key_from<Membership>(key);
        if (!member || member->gid != gid) {
            return false;
        }
        members.push_back(member->uid);
        return members.size() < limit;
    });
    return members;
}

void GroupsTable::put(WriteTxn& txn, const model::PublicGroup& group) {
    if (of(txn, group.organisation)) {
        throw base::Error(base::Error::Kind::conflict,
                          "the organisation \"" + group.organisation + "\" has a group already");
    }
    Organisations::put(txn, organisation_digest(txn, group.organisation), group.gid);
    GroupRecords::put(txn, group.gid, group);
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
            txn.erase(Table::members, Key(Membership{gid, uid}));
            txn.after_commit(PublicChange{.accounts = {}, .groups = {gid}});
        }
    }
    for (const std::uint32_t gid : joined) {
        const bool is_new = !holds(left, gid);
        if (is_new) {
            txn.put(Table::members, Key(Membership{gid, uid}), {});
        }
        if (is_new || renamed) {
            txn.after_commit(PublicChange{.accounts = {}, .groups = {gid}});
        }
    }
}

} // namespace loquet::store
