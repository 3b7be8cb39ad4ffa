// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/uid_allocator.h"

#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"

#include <exception>
#include <optional>
#include <utility>

namespace loquet::accounts {

using base::Error;
using base::Task;
using model::Uid;
using store::AccountsTable;
using store::GroupsTable;
using store::WriteTxn;

namespace {

/// Undoes the transaction: its number was not asked of the other sources of names yet.
struct NumberUnchecked : std::exception {
    explicit NumberUnchecked(Uid unchecked) : number(unchecked) {}
    Uid number;
};

/// Somebody else made the group in the meantime.
struct MadeAlready : std::exception {};

} // namespace

Task<Uid> UidAllocator::allocate(Make make) {
    store::UidRange left = range_;
    Uid free_number; // 0: none was found yet
    for (;;) {
        Task<Uid> writing = write(make, free_number, left);
        const Uid number = co_await writing;
        if (number == free_number) {
            co_return number;
        }
        Task<bool> asking = is_elsewhere(number);
        if (co_await asking) {
            left.first = number.value + 1;
        } else {
            free_number = number;
        }
    }
}

/// Answers the number that the store gives next. It was given only where that is `free_number`; otherwise nothing
/// happened.
Task<Uid> UidAllocator::write(Make make, Uid free_number, store::UidRange left) {
    base::Future<void> written = store_.write([make = std::move(make), free_number, left](WriteTxn& txn) {
        const Uid number = AccountsTable::allocate(txn, left);
        if (number != free_number) {
            throw NumberUnchecked(number);
        }
        make(txn, number);
    });
    try {
        co_await written;
    } catch (const NumberUnchecked& found) {
        free_number = found.number;
    }
    co_return free_number;
}

Task<bool> UidAllocator::is_elsewhere(Uid uid) {
    const NameService* names = &names_;
    base::Future<bool> asked =
        lookups_.run({}, [names, number = uid.value] { return names->has_uid(number) || names->has_gid(number); });
    const bool elsewhere = co_await asked;
    co_return elsewhere;
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
