// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/directory_entries.h"

#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::accounts {

using base::Error;
using directory::ImageWriter;
using model::PublicAccount;
using model::Uid;
using store::GroupsTable;
using store::PublicAccounts;
using store::ReadTxn;

namespace {

constexpr std::size_t longest_field = 4096; ///< far above what accounts may have; the format ends at 65535

bool breaks_passwd(char character) {
    constexpr unsigned char first_printable = 0x20;
    constexpr unsigned char deleted = 0x7f;
    const auto byte = static_cast<unsigned char>(character);
    return character == ':' || byte < first_printable || byte == deleted;
}

std::string_view harmless(std::string_view text, std::string& kept) {
    kept.assign(text.substr(0, longest_field));
    std::replace_if(kept.begin(), kept.end(), breaks_passwd, ' ');
    return kept;
}

bool can_be_a_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_field && std::none_of(name.begin(), name.end(), breaks_passwd);
}

constexpr std::size_t accounts_per_slice = 256; ///< read at once, while a commit waits: some tenths of a millisecond

struct GroupLine { ///< of group(5)
    std::string name;
    std::vector<std::string> members;
};

/// Nothing where there is no such group, or where an account has its name: its private group was first.
std::optional<GroupLine> read_group(const ReadTxn& txn, std::uint32_t gid, const std::string& prefix) {
    const auto group = GroupsTable::get(txn, gid);
    if (!group) {
        return std::nullopt;
    }
    GroupLine line{prefix + group->organisation, {}};
    if (PublicAccounts::find(txn, line.name)) {
        return std::nullopt;
    }
    const std::vector<Uid> members = GroupsTable::members(txn, gid, limits::listed_members + 1);
    if (members.size() > limits::listed_members) {
        return line; // too many to list: who is a member is known by their own entries
    }
    for (const Uid uid : members) {
        if (auto account = PublicAccounts::get(txn, uid)) {
            line.members.push_back(std::move(account->name));
        }
    }
    return line;
}

} // namespace

std::optional<directory::PersonEntry> PasswdEntry::of(const model::PublicAccount& account) {
    if (!can_be_a_name(account.name)) {
        return std::nullopt;
    }
    directory::PersonEntry entry;
    entry.uid = account.uid.value;
    entry.gid = account.gid;
    entry.private_group = account.gid == account.uid.value;
    entry.name = account.name;
    entry.gecos = harmless(account.display_name, gecos_);
    entry.home = harmless(account.home, home_);
    entry.shell = harmless(account.shell, shell_);
    groups_.assign(account.groups.begin(), account.groups.end());
    groups_.insert(groups_.end(), everybodys_groups_.begin(), everybodys_groups_.end());
    entry.groups = groups_;
    return entry;
}

void DirectoryEntries::write_group(ImageWriter& writer, std::uint32_t gid) {
    const auto line =
        reader_.read([&](const ReadTxn& txn) { return read_group(txn, gid, settings_.organisation_prefix); });
    if (line) {
        writer.add(directory::GroupEntry{gid, line->name, line->members});
    } else {
        writer.remove_group(gid);
    }
}

void DirectoryEntries::write_all(ImageWriter& writer, const std::atomic<bool>& stopping) {
    PasswdEntry entry(settings_.machine_groups);
    std::vector<PublicAccount> slice;
    std::optional<Uid> next = Uid{0};
    while (next) {
        if (stopping) {
            throw Error(Error::Kind::unavailable, "the daemon stops");
        }
        slice.clear();
        next = reader_.read([&](const ReadTxn& txn) {
            return PublicAccounts::slice(txn, *next, accounts_per_slice,
                                         [&](PublicAccount account) { slice.push_back(std::move(account)); });
        });
        for (const PublicAccount& account : slice) {
            if (const auto person = entry.of(account)) {
                writer.add(*person);
            }
        }
    }
    for (const std::uint32_t gid : reader_.read(GroupsTable::all)) {
        write_group(writer, gid);
    }
}

void DirectoryEntries::write(ImageWriter& writer, const Numbers& numbers) {
    PasswdEntry entry(settings_.machine_groups);
    std::span<const std::uint32_t> left = numbers.accounts.numbers();
    while (!left.empty()) {
        const auto slice = left.first(std::min(left.size(), accounts_per_slice));
        left = left.subspan(slice.size());
        const auto found = reader_.read([&](const ReadTxn& txn) {
            std::vector<std::optional<PublicAccount>> accounts;
            accounts.reserve(slice.size());
            for (const std::uint32_t number : slice) {
                accounts.push_back(PublicAccounts::get(txn, Uid{number}));
            }
            return accounts;
        });
        for (std::size_t i = 0; i < slice.size(); ++i) {
            const auto person = found[i] ? entry.of(*found[i]) : std::nullopt;
            if (person) {
                writer.add(*person);
            } else {
                writer.remove_person(slice[i]);
            }
        }
    }
    for (const std::uint32_t gid : numbers.groups.numbers()) {
        write_group(writer, gid);
    }
}

} // namespace loquet::accounts
