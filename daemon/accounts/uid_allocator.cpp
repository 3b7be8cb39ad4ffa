// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/uid_allocator.h"

#include <exception>
#include <utility>

namespace loquet::accounts {

namespace {

using base::Task;
using model::Uid;
using store::AccountsTable;
using store::WriteTxn;

/// Undoes the transaction: its number was not asked of the other sources of names yet.
struct NumberUnchecked : std::exception {
    explicit NumberUnchecked(Uid unchecked) : number(unchecked) {}
    Uid number;
};

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

} // namespace loquet::accounts
