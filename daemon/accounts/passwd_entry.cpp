// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/passwd_entry.h"

#include <algorithm>
#include <string_view>

namespace loquet::accounts {

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

} // namespace loquet::accounts
