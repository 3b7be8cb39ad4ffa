// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/organisation_groups.h"

#include "daemon/accounts/fields.h"
#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <optional>

namespace loquet::accounts {

namespace {

using base::Error;
using base::Task;
using model::Uid;
using store::GroupsTable;

/// Somebody else made the group in the meantime.
struct MadeAlready : std::exception {};

} // namespace

std::string require_organisation(const std::string& organisation) {
    require(!organisation.empty() && organisation.size() <= limits::organisation_bytes && is_word(organisation, "-_."),
            [&] {
                return "the organisation \"" + base::printable(organisation, 80)
                       + "\" is not accepted: 1 to 64 letters, digits, '-', '_' and '.'";
            });
    return base::lower_ascii(organisation);
}

Task<std::uint32_t> OrganisationGroups::join(std::string organisation) {
    const auto find = [&] {
        return store_.read([&](const store::ReadTxn& txn) { return GroupsTable::of(txn, organisation); });
    };
    if (const auto gid = find()) {
        co_return *gid;
    }
    const NameService* names = &names_;
    const std::string name = prefix_ + organisation;
    base::Future<std::optional<std::uint32_t>> asked = lookups_.run({}, [names, name] { return names->group(name); });
    const std::optional<std::uint32_t> elsewhere = co_await asked;
    if (elsewhere) {
        throw Error(Error::Kind::conflict, "the group \"" + name
                                               + "\" of this organisation exists on this machine, with "
                                                 "GID "
                                               + std::to_string(*elsewhere));
    }
    UidAllocator::Make make = [organisation](store::WriteTxn& txn, Uid number) {
        if (GroupsTable::of(txn, organisation)) {
            throw MadeAlready();
        }
        GroupsTable::put(txn, {number.value, organisation});
    };
    Task<Uid> making = numbers_.allocate(std::move(make));
    try {
        const Uid number = co_await making;
        co_return number.value;
    } catch (const MadeAlready&) { // the number that was taken is given back with the transaction
        co_return find().value();
    }
}

} // namespace loquet::accounts
